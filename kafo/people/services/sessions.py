"""Open sessions: closing those of an account, forgetting those that are over."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from kafo.people.models import Account


def end_sessions_of(account: Account) -> None:
    """Close every session of the account, on every device."""
    for session in UserSession.objects.filter(user=account):
        session.end()


def forget_sessions() -> int:
    """Delete sessions that are over, with the addresses and devices noted for them."""
    over = Session.objects.filter(expire_date__lt=timezone.now())
    if not over.exists():
        return 0
    over.delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return 0  # nothing waits for it
