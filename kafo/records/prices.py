"""What the line costs those who pay it: one price for everything that is shown."""

from decimal import Decimal

FCFA_PER_MEGABYTE = Decimal("2.5")
