"""Two organisations on one node with a record of every kind each, a third one, and the cast.

Every text of an organisation holds its secret word, so that a page which shows a foreign record
betrays itself. Nobody here is real.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image as PillowImage
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from kafo.federation.enums import AlarmKind, Side
from kafo.federation.models import Alarm, Handover, Proposal
from kafo.federation.node import receiving
from kafo.federation.tests.office.desk import BAMAKO, make_copy
from kafo.people.enums import BodyKind, InvitationKind, Role
from kafo.people.models import (
    Account,
    Body,
    GuardianAuthorization,
    Invitation,
    Mandate,
    Membership,
    Office,
    Organization,
    Person,
    PersonLanguage,
    PersonSkill,
    Post,
    PostRequirement,
    PostTemplate,
    PostTemplateVersion,
    Skill,
)
from kafo.publishing.models import (
    Fact,
    ListPage,
    NewsPage,
    Place,
    ReferenceEntry,
    ReferenceList,
    RemainingName,
    ReviewTask,
    TaskKind,
    Upload,
)
from kafo.publishing.services.sites import create_site
from kafo.publishing.services.writing import submit_page

# Of no password: an account always has one, and nobody here types it.
HASH = "argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"
SECRETS = {"A": "Alphaheim", "B": "Bravoheim", "C": "Charlieheim"}
LEADERS = {"A": "director", "B": "leader_of_b", "C": "director_of_c"}
CAST = {
    "anonymous": ("", None),
    "stranger": ("A", None),
    "reader": ("A", Role.READER),
    "journalist": ("A", Role.JOURNALIST),
    "editor": ("A", Role.EDITOR),
    "coordinator": ("A", Role.COORDINATOR),
    "technician": ("A", Role.TECHNICIAN),
    "board": ("A", Role.BOARD_MEMBER),
    "director": ("A", Role.DIRECTOR),
    "editor_of_b": ("B", Role.EDITOR),
    "director_of_c": ("C", Role.DIRECTOR),
}


@dataclass
class World:
    organizations: dict[str, Organization] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        if name in self.accounts:
            client.force_login(self.accounts[name])
        return client


def make_world() -> World:
    world = World()
    skill = Skill.objects.create(name={"fr": "Tous", "en": "Everybody's"})
    template = PostTemplate.objects.create(title={"fr": "Modèle", "en": "Template"})
    PostTemplateVersion.objects.create(
        template=template, number=1, text={"fr": "Texte"}, published_on=date(2026, 1, 1)
    )
    for letter, secret in SECRETS.items():
        world.organizations[letter] = Organization.objects.create(
            name={"fr": secret, "en": secret}, short_name=secret, is_partner=letter != "A"
        )
    # A partner that leads itself; the office looks after those that nobody leads.
    _account(world.organizations["B"], "leader_of_b", Role.DIRECTOR)
    for name, (letter, role) in CAST.items():
        if letter:
            world.accounts[name] = _account(world.organizations[letter], name, role)
    copy = make_copy()
    shared = {"skill": skill, "template": template, "copy": copy, **_federation(world)}
    for letter in SECRETS:
        world.records[letter] = {
            **shared,
            **_people(world.organizations[letter], SECRETS[letter], skill, template),
            **_publishing(world.organizations[letter], SECRETS[letter], letter),
        }
    return world


def _federation(world: World) -> dict[str, Any]:
    """What another office proposes to this one, an alarm, an office that is invited."""
    organization = world.organizations["A"]
    with receiving():
        proposal = Proposal.objects.create(
            home_office=BAMAKO,
            owner=organization.home_office,
            kind=Organization.wire.kind,  # type: ignore[union-attr]
            record_id=organization.pk,
            author="Somebody",
        )
    return {
        "proposal": proposal,
        "alarm": Alarm.objects.create(kind=AlarmKind.UNTOLD),
        "handover": Handover.objects.create(office=BAMAKO, name="Somewhere", side=Side.GIVER),
    }


def _account(organization: Organization, name: str, role: Role | None) -> Account:
    secret = organization.short_name
    person = Person.objects.create(
        organization=organization, given_name=name, family_name=f"{secret} fictive"
    )
    if role is not None:
        begun = timezone.now() - timedelta(days=1)
        Mandate.objects.create(
            person=person, role=role, organization=organization, starts_at=begun, reason=secret
        )
    return Account.objects.create(username=name, person=person, password=HASH, language="en")


def _people(organization: Any, secret: str, skill: Any, template: Any) -> dict[str, Any]:
    person = Person.objects.create(
        organization=organization,
        given_name="Somebody",
        family_name=secret,
        email=f"{secret}@example.org",
        note=secret,
    )
    minor = Person.objects.create(
        organization=organization, family_name=f"{secret} minor", born_on=date(2015, 1, 1)
    )
    body = Body.objects.create(
        organization=organization, kind=BodyKind.COMMITTEE, name={"fr": secret, "en": secret}
    )
    post = Post.objects.create(
        organization=organization,
        title={"fr": secret, "en": secret},
        text={"fr": secret},
        template=template,
        adopted_version=0,
    )
    Office.objects.create(organization=organization, seat=secret, languages=["fr"])
    return {
        "organization": organization,
        "person": person,
        "body": body,
        "post": post,
        "membership": Membership.objects.create(
            person=person, body=body, starts_on=date(2020, 1, 1)
        ),
        "held_skill": PersonSkill.objects.create(person=person, skill=skill),
        "spoken": PersonLanguage.objects.create(person=person, code="fr"),
        "requirement": PostRequirement.objects.create(post=post, skill=skill),
        "mandate": Mandate.objects.create(
            person=person,
            role=Role.READER,
            organization=organization,
            starts_at=timezone.now() - timedelta(days=1),
            reason=secret,
        ),
        "invitation": Invitation.objects.create(
            kind=InvitationKind.JOIN,
            person=person,
            code_hash=secret,
            expires_at=timezone.now() + timedelta(days=1),
        ),
        "authorization": GuardianAuthorization.objects.create(
            person=minor, guardian_name=secret, signed_on=date(2026, 1, 1)
        ),
    }


def picture_bytes() -> bytes:
    file = BytesIO()
    PillowImage.new("RGB", (400, 300), "sienna").save(file, "PNG")
    return file.getvalue()


def _publishing(organization: Any, secret: str, letter: str) -> dict[str, Any]:
    site = create_site(
        slug=f"site-{letter.lower()}",
        organization=organization,
        hosts=[f"{letter.lower()}.localhost"],
        locales=["fr", "en"],
        name={"fr": secret, "en": secret},
    )
    home = Page.objects.get(pk=site.wagtail_site.root_page_id)
    home.specific.save_revision().publish()
    home.refresh_from_db()
    news_list = home.add_child(
        instance=ListPage(title=secret, slug="news", locale=home.locale, live=True)
    )
    page, waiting = (
        news_list.add_child(
            instance=NewsPage(
                title=secret,
                slug=slug,
                lead=secret,
                news_on=date(2007, 7, 9),
                locale=home.locale,
                live=False,
            )
        )
        for slug in ("item", "waiting")
    )
    page.save_revision().publish()
    page.refresh_from_db()
    leader = Account.objects.get(username=LEADERS[letter])
    submit_page(actor=leader, page=waiting)
    picture = get_image_model()(title=secret, credit=secret, collection=site.collection)
    picture.uploaded_by_user = leader
    picture.file.save(f"{secret}.png", ContentFile(picture_bytes()), save=False)
    picture.width, picture.height = 400, 300  # after the file, which forgets them
    picture.save()
    document = get_document_model()(title=secret, collection=site.collection)
    document.file.save(f"{secret}.txt", ContentFile(secret.encode()), save=False)
    document.save()
    place = Place.objects.create(
        organization=organization, name=secret, code=letter, region=f"Region {secret}"
    )
    fact = Fact.objects.create(place=place, kind="population", value="10", source=secret)
    reference = ReferenceList.objects.create(
        organization=organization, name={"fr": secret, "en": secret}, source=secret
    )
    return {
        "account": leader,
        "site": site,
        "wagtail_site": site.wagtail_site,
        "collection": site.collection,
        "home": home,
        "news_list": news_list,
        "page": page,
        "waiting": NewsPage.objects.get(pk=waiting.pk),
        "picture": picture,
        "document": document,
        "place": place,
        "fact": fact,
        "list": reference,
        "entry": ReferenceEntry.objects.create(list=reference, code="1", name=secret),
        "task": ReviewTask.objects.create(
            organization=organization,
            kind=TaskKind.CHECK,
            subject=str(page.pk),
            name=secret,
            person=leader.person,
        ),
        "remaining_name": RemainingName.objects.create(site=site, words=[secret]),
        "upload": Upload.objects.create(account=leader, name=secret, size=10),
    }
