"""Told of shared records, in the transaction of the change.

`records_changing` comes before (a receiver may refuse), `records_changed` after; both carry `rows`
(ids, or records where there is nothing in the table yet) and `using`. `records_received` comes
after rows of another office were written here, with ids.

`home_heard` tells that what is here of `office` was its word at the time `at`, with `using`.
`file_arrived` tells that a file which records name is here now, with its `sha256` and `using`.
"""

from django.dispatch import Signal

records_changing = Signal()
records_changed = Signal()
records_received = Signal()
home_heard = Signal()
file_arrived = Signal()
