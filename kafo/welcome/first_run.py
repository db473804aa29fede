"""The first organisation, director and site of a new node."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page

from kafo.federation.enums import Stage
from kafo.federation.queries import own_joining
from kafo.people.enums import Role
from kafo.people.models import Account, Organization, Person
from kafo.people.queries import privacy_statement
from kafo.people.services.invitations import in_groups, invite_person
from kafo.people.services.mandates import give_mandate
from kafo.people.services.organizations import add_organization, set_office
from kafo.people.services.persons import add_person
from kafo.publishing.baking.reconcile import baked_together, reconcile
from kafo.publishing.enums import Listed
from kafo.publishing.models import HomePage, ListPage, PlainPage, SitePage
from kafo.publishing.services.sites import create_site
from kafo.records.enums import Visibility
from kafo.records.errors import Refused
from kafo.records.languages import Translated
from kafo.records.models import home_office
from kafo.welcome.node import migrate

LANGUAGES = ("fr", "en")


def make_office(
    *,
    name: str,
    town: str,
    country: str,
    given_name: str,
    family_name: str,
    site: str,
    host: str,
    progress: Callable[[str], None] = lambda text: None,
) -> str:
    """Make the office and give the code with which its first director makes her account.

    Run again before anybody signed in, it only gives a new code. Raises Refused once somebody has
    an account, or when an answer will not do.
    """
    progress(_("database"))
    migrate()
    if Account.objects.exists():
        raise Refused(_("This office is in use already; people are invited at its desk."))
    _require_own()
    own = Person.objects.filter(home_office=home_office())  # a list of offices brings others
    person = own.order_by("created_at").first()
    if person is None:
        progress(_("organisation and site"))
        try:
            with baked_together(), transaction.atomic():
                organization = add_organization(
                    actor=None,
                    name=Translated(dict.fromkeys(LANGUAGES, name)),
                    short_name=name[:40],
                    country=country.upper()[:2],
                    town=town,
                    visibility=Visibility.PUBLIC,
                )
                set_office(
                    actor=None, organization=organization, seat=town, languages=list(LANGUAGES)
                )
                person = add_person(
                    actor=None,
                    organization=organization,
                    given_name=given_name,
                    family_name=family_name,
                )
                give_mandate(
                    actor=None, person=person, role=Role.DIRECTOR, organization=organization
                )
                _make_site(organization, name, site, host)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
    progress(_("baking"))
    reconcile()
    _invitation, code = invite_person(actor=None, person=person)
    return in_groups(code)


def _require_own() -> None:
    """Raise Refused when the people of the office come from a server that kept it, or too early."""
    joining = own_joining()
    if joining is None:
        return
    if joining.is_hosted:
        raise Refused(
            _(
                "This office joined by an invitation, and its people come with it. Go on with: "
                "kafo office join; kafo office accept gives the code of its director."
            )
        )
    if joining.stage != Stage.TAKEN:
        raise Refused(
            _("This office is not in the list of offices yet. Go on with: kafo office join")
        )


def _make_site(organization: Organization, name: str, slug: str, host: str) -> None:
    site = create_site(
        slug=slug,
        organization=organization,
        hosts=[host],
        name=dict.fromkeys(LANGUAGES, name),
        locales=LANGUAGES,
    )
    home = HomePage.objects.get(pk=site.wagtail_site.root_page_id)
    originals: dict[str, SitePage] = {"home": home}
    for language in LANGUAGES:
        with translation.override(language):
            if language == LANGUAGES[0]:
                top: SitePage = home
                top.title = top.draft_title = name
                top.save()
            else:
                top = HomePage(title=name, slug=f"{slug}-{language}")
                _hang(top, None, "home", language, originals)
            top.save_revision().publish()
            news = ListPage(title=_("News"), slug=_("news"), listed=Listed.NEWS, show_in_menus=True)
            privacy = PlainPage(title=_("Privacy"), slug=_("privacy"), in_footer=True)
            privacy.body = [
                block
                for heading, paragraphs in privacy_statement(organization, language)
                for block in [
                    ("heading", heading),
                    ("paragraph", "".join(f"<p>{text}</p>" for text in paragraphs)),
                ]
            ]
            for key, page in (("news", news), ("privacy", privacy)):
                _hang(page, top, key, language, originals)
                page.save_revision().publish()


def _hang(
    page: SitePage, parent: SitePage | None, key: str, language: str, originals: dict[str, SitePage]
) -> None:
    page.locale = Locale.objects.get(language_code=language)
    if original := originals.get(key):
        page.translation_key = original.translation_key
        page.source_language = original.locale.language_code
        page.source_meaning = original.meaning_version
    else:
        originals[key] = page
    if parent is None:
        Page.get_first_root_node().add_child(instance=page)
    else:
        parent.refresh_from_db()
        parent.add_child(instance=page)
