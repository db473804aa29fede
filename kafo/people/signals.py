"""What happened to persons and mandates; each is sent after the transaction is written.

Receivers get `record` (the row as it was written) and `actor` (an account, or None for the node).
"""

from django.dispatch import Signal

organization_changed = Signal()
person_changed = Signal()
membership_changed = Signal()
post_changed = Signal()
template_published = Signal()
mandate_given = Signal()
mandate_ended = Signal()
# Sent inside the transaction, with the `words` by which she was known: a room that fails to forget
# them stops the erasure.
person_erased = Signal()
