"""Forms are carried out once."""

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from kafo.desk.models import Submission

KEPT = timedelta(days=30)


def submit_once(*, account: str, token: str, digest: str, write: Callable[[], str]) -> Submission:
    """Run `write`, which gives the address of its result, unless `token` was carried out before.

    What is written and the note that it was written are one transaction: after a crash either
    both are there or none. Gives the submission as it stands; errors of `write` undo all.
    """
    try:
        with transaction.atomic():
            submission = Submission.objects.create(account=account, token=token, digest=digest)
            submission.url = write()
            submission.save(update_fields=["url"])
            return submission
    except IntegrityError:
        if earlier := find_submission(account, token):
            return earlier
        raise


def find_submission(account: str, token: str) -> Submission | None:
    """Give what was carried out under `token`, if anything was."""
    return Submission.objects.filter(account=account, token=token).first() if token else None


def forget_submissions() -> int:
    """Delete what nobody will send again; give how many rows went."""
    gone, _ = Submission.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    return gone
