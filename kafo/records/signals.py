"""Told of shared records, in the transaction of the change.

`records_changing` comes before (a receiver may refuse), `records_changed` after; both carry `rows`
(ids, or records where there is nothing in the table yet) and `using`. `records_received` comes
after rows of another office were written here, with ids.
"""

from django.dispatch import Signal

records_changing = Signal()
records_changed = Signal()
records_received = Signal()
