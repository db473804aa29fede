"""Settings of a house from which the rooms named in KAFO_WITHOUT were removed."""

import os

from kafo.config import settings as whole

_gone = tuple(f"kafo.{room}" for room in os.environ["KAFO_WITHOUT"].split())


def _kept(value):
    if isinstance(value, (list, tuple)):
        return type(value)(item for item in value if not str(item).startswith(_gone))
    return value


globals().update({name: _kept(getattr(whole, name)) for name in dir(whole) if name.isupper()})
if "kafo.publishing" in _gone:
    WAGTAILIMAGES_IMAGE_MODEL = "wagtailimages.Image"
    WAGTAILDOCS_DOCUMENT_MODEL = "wagtaildocs.Document"
