"""What other rooms hear of persons. What any shared record did is told by `records.signals`.

`person_erased` is sent inside the transaction with `record` (the person), `actor` (an account, or
None for the node) and `words`, by which she was known: a room that fails to forget them stops the
erasure.
"""

from django.dispatch import Signal

person_erased = Signal()
