"""What is asked of accounts."""

from allauth.account.models import EmailAddress
from django.db.models import Q

from kafo.people.models import Account


def is_taken(sign_in: str, but: Account | None = None) -> bool:
    """Say whether somebody other than `but` signs in with this name or e-mail."""
    accounts = Account.objects.filter(Q(username__iexact=sign_in) | Q(email__iexact=sign_in))
    addresses = EmailAddress.objects.filter(email__iexact=sign_in)
    if but is not None:
        accounts, addresses = accounts.exclude(pk=but.pk), addresses.exclude(user=but)
    return accounts.exists() or addresses.exists()
