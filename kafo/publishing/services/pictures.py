"""Adding pictures and documents to a site's library."""

from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model

from kafo.publishing.models import Picture, PublicSite
from kafo.publishing.permissions.editing import WRITE, file_policy, sites_where
from kafo.publishing.services.files import check_document, clean_picture
from kafo.records.acts import record_act
from kafo.records.errors import NotVisible, Refused
from kafo.records.languages import Translated


def _require_site(actor: Any, site: PublicSite) -> None:
    if site not in sites_where(actor, WRITE) or site.collection_id is None:
        raise NotVisible


@transaction.atomic
def add_picture(
    *,
    actor: Any,
    site: PublicSite,
    file: Any,
    alternatives: dict[str, str],
    credit: str,
    licence: str = "",
) -> Picture:
    """Clean the picture in `file` and keep it in the library of `site`.

    Raises NotVisible, or Refused when it is no picture or its words are missing.
    """
    _require_site(actor, site)
    words = Translated({code: text for code, text in alternatives.items() if text})
    _require_words(words, credit)
    clean = clean_picture(file)
    picture = Picture(
        title=str(words)[:255],
        description=str(words)[:255],
        alternatives=words,
        credit=credit,
        licence=licence,
        collection=site.collection,
        uploaded_by_user=actor,
        file=clean,
    )
    picture._set_image_file_metadata()
    picture.save()
    record_act(
        "publishing.picture.add",
        actor=actor,
        record=picture,
        organization=str(site.organization_id),
    )
    return picture


def _require_words(words: Translated, credit: str) -> None:
    if not words:
        raise Refused(_("Say what the picture shows, for those who cannot see it."))
    if not credit.strip():
        raise Refused(_("Say who made the picture."))


@transaction.atomic
def change_picture(
    *,
    actor: Any,
    picture: Picture,
    alternatives: dict[str, str],
    credit: str,
    licence: str = "",
) -> Picture:
    """Change the words that go with a picture. Raises NotVisible, Refused."""
    file_policy.require(actor, "change", picture)
    words = Translated({code: text for code, text in alternatives.items() if text})
    _require_words(words, credit)
    picture = Picture.objects.select_for_update().get(pk=picture.pk)
    picture.alternatives = words
    picture.title = picture.description = str(words)[:255]
    picture.credit = credit
    picture.licence = licence
    picture.save()
    site = PublicSite.objects.filter(collection=picture.collection_id).first()
    record_act(
        "publishing.picture.change",
        actor=actor,
        record=picture,
        fields=["alternatives", "credit", "licence"],
        organization=str(site.organization_id) if site else "",
    )
    return picture


@transaction.atomic
def add_document(*, actor: Any, site: PublicSite, file: Any, title: str) -> Any:
    """Check the document in `file` and keep it in the library of `site`.

    Raises NotVisible, or Refused when its content is not what its name says.
    """
    _require_site(actor, site)
    name = check_document(file)
    document = get_document_model()(
        title=title,
        collection=site.collection,
        uploaded_by_user=actor,
        file=File(file, name=name),
    )
    document._set_document_file_metadata()
    document.save()
    record_act(
        "publishing.document.add",
        actor=actor,
        record=document,
        organization=str(site.organization_id),
    )
    return document
