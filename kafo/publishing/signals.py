"""What publishing tells: each signal is sent after its transaction has ended well."""

from django.dispatch import Signal

place_changed = Signal()
"""A place or one of its facts changed. Sent with `place_id`, a UUID; pages that show it are due."""
