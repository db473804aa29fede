"""Who decides about texts that name an erased person: who answers for data protection there."""

from kafo.publishing.permissions.places import KeptPolicy

PROTECT = "people.protect"

name_policy = KeptPolicy("site__organization_id", {"view": PROTECT, "change": PROTECT})
