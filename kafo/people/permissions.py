"""Policies of the room: a right, from mandates, in the organisation that a record belongs to."""

from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kafo.people.enums import Role
from kafo.people.mandates import may, organizations_where, partners_led, rights_of_role
from kafo.people.models import Account, Mandate
from kafo.records.enums import BEYOND_HOME
from kafo.records.permissions import Policy


def may_for_all_offices(account: Any, right: str) -> bool:
    """Say whether `account` has `right` in an organisation that is not a partner."""
    own = organizations_where(account, right)
    return bool(own) and bool(own - partners_led(account).keys())


def organizations_tended(account: Any, right: str) -> set[UUID]:
    """Give the organisations in which `account` may use `right` on the records of people.

    Beside those of its mandates these are the partners that nobody leads here yet: the office
    keeps their record and gives their first mandates.
    """
    own = organizations_where(account, right)
    if not may_for_all_offices(account, right):
        return own
    return own | {partner for partner, is_led in partners_led(account).items() if not is_led}


def roles_to_give(account: Any, organization_id: UUID) -> list[Role]:
    """Give the roles for which `account` may give and end mandates in that organisation.

    The board, and whoever leads an organisation above, give all of them. A director leaves
    directors and board members to the board, as soon as there is one.
    """
    if organization_id not in organizations_tended(account, "people.mandate"):
        return []
    if organization_id not in organizations_where(account, "people.mandate"):
        return list(Role)
    held = Mandate.objects.at().filter(person=account.person_id)
    as_director = held.filter(role=Role.DIRECTOR, organization=organization_id)
    board = Mandate.objects.at().filter(role=Role.BOARD_MEMBER, organization=organization_id)
    leading = {role for role in Role if "people.mandate" in rights_of_role(role)}
    is_director_only = not held.filter(role__in=leading).exclude(pk__in=as_director).exists()
    if is_director_only and board.exists():
        return [role for role in Role if role not in {Role.DIRECTOR, Role.BOARD_MEMBER}]
    return list(Role)


class ScopedPolicy(Policy):
    """Answers for records of one organisation each.

    `organization_id` is the path from a record to the id of its organisation; `rights` says which
    right an action asks for; an action that is not there is refused. Only the home office writes.
    """

    organization_id = "organization_id"
    rights: dict[str, str] = {}

    def scope(self, actor: Any, action: str) -> set[UUID]:
        """Give the organisations in which `actor` may do `action`."""
        right = self.rights.get(action)
        return organizations_tended(actor, right) if right else set()

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        scope = self.scope(actor, action)
        if record is None or not scope:
            return bool(scope)
        is_inside = attrgetter(self.organization_id.replace("__", "."))(record) in scope
        if action == "view":
            return is_inside or record.visibility in BEYOND_HOME
        return is_inside and bool(record.is_at_home)

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        scope = self.scope(actor, "view")
        if not scope:
            return rows.none()
        inside = Q(**{f"{self.organization_id}__in": scope})
        return rows.filter(inside | Q(visibility__in=BEYOND_HOME))


class OrganizationPolicy(ScopedPolicy):
    """Organisations, their offices: whoever has a mandate reads them, the office's desk edits."""

    organization_id = "id"
    rights = {"view": "people.enter", "add": "people.edit", "change": "people.edit"}


class TeamPolicy(ScopedPolicy):
    """What the team of an organisation can do, taken together."""

    organization_id = "id"
    rights = {"view": "people.view"}


class PersonPolicy(ScopedPolicy):
    """Persons; everyone may read her own record. `contact` stands for the personal fields."""

    rights = {
        "view": "people.view",
        "add": "people.edit",
        "change": "people.edit",
        "contact": "people.edit",
        "give_mandate": "people.mandate",
        "history": "people.acts",
        "invite": "people.invite",
        "protect": "people.protect",
        "keep": "people.protect",
        "authorize": "people.edit",
    }

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        if action in {"view", "contact", "protect"} and is_oneself(actor, record):
            return True
        if action == "recover":  # whoever invites, or keeps the sign-in
            rights = ("people.invite", "people.recover")
            return any(_may_in(actor, right, record) for right in rights)
        return super().may(actor, action, record)

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        if not isinstance(actor, Account) or actor.person_id is None:
            return rows.none()
        return super().visible_to(actor, rows) | rows.filter(pk=actor.person_id)


class PersonDetailPolicy(ScopedPolicy):
    """Skills and languages of a person."""

    organization_id = "person__organization_id"
    rights = {"view": "people.view", "change": "people.edit"}


class CommonPolicy(Policy):
    """What all offices share: skills, and job descriptions. Partners do not write them."""

    def __init__(self, read: str, write: str, for_partners: bool) -> None:
        self.rights = {"view": read, "add": write, "change": write}
        self.for_partners = for_partners

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        if action not in self.rights:
            return False
        if action == "view":
            ask = may if self.for_partners else may_for_all_offices
            return ask(actor, self.rights[action])
        is_own = record is None or record.is_at_home
        return is_own and may_for_all_offices(actor, self.rights[action])

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.may(actor, "view") else rows.none()


class BodyPolicy(ScopedPolicy):
    """Bodies and who sits in them."""

    rights = {
        "view": "people.enter",
        "add": "people.edit",
        "change": "people.edit",
    }


class PostPolicy(ScopedPolicy):
    """Posts; to adopt or decline a shared text is a decision, not an edit."""

    rights = {
        "view": "people.enter",
        "add": "people.edit",
        "change": "people.edit",
        "decide": "people.adopt",
    }


class RequirementPolicy(ScopedPolicy):
    """What a post asks for."""

    organization_id = "post__organization_id"
    rights = {"view": "people.enter", "change": "people.edit"}


class MembershipPolicy(Policy):
    """Seats and posts held: what holds for the body or for the post holds for its memberships."""

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        if record is None:
            return bodies.may(actor, action)
        if record.body_id:
            return bodies.may(actor, action, record.body)
        return posts.may(actor, action, record.post)

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        scope = bodies.scope(actor, "view")
        return rows.filter(Q(body__organization__in=scope) | Q(post__organization__in=scope))


class MandatePolicy(ScopedPolicy):
    """Mandates: read by the team; given and ended with the right to do so; laid down by oneself."""

    rights = {"view": "people.view", "add": "people.mandate", "end": "people.mandate"}

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        if record is not None and action in {"view", "end"} and is_oneself(actor, record.person):
            return True
        return super().may(actor, action, record)

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        if not isinstance(actor, Account) or actor.person_id is None:
            return rows.none()
        return super().visible_to(actor, rows) | rows.filter(person=actor.person_id)


class ActPolicy(ScopedPolicy):
    """The act log: entries are chosen by queries.acts.acts_in, from `scope`."""

    rights = {"view": "people.acts"}

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.none()


class InvitationPolicy(Policy):
    """Invitations and recovery codes: seen and revoked by those who may make them."""

    def _scope(self, actor: Any) -> set[UUID]:
        rights = ("people.invite", "people.recover")
        return set().union(*(organizations_tended(actor, right) for right in rights))

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        scope = self._scope(actor)
        if action not in {"view", "revoke"} or not scope:
            return False
        return record is None or record.person.organization_id in scope

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(person__organization__in=self._scope(actor))


class AuthorizationPolicy(ScopedPolicy):
    """Guardians' authorisations; nobody approves her own, nor one that she recorded.

    Whoever approves reads them too: the board is there for what the director recorded.
    """

    organization_id = "person__organization_id"
    rights = {
        "view": "people.edit",
        "add": "people.edit",
        "approve": "people.approve",
        "withdraw": "people.protect",
        "keep": "people.protect",
        "erase": "people.protect",
    }

    def scope(self, actor: Any, action: str) -> set[UUID]:
        scope = super().scope(actor, action)
        return scope | super().scope(actor, "approve") if action == "view" else scope

    def may(self, actor: Any, action: str, record: Any = None) -> bool:
        if record is not None and action == "approve":
            own = getattr(actor, "person_id", None)
            if own is None or own in {record.person_id, record.recorded_by_id}:
                return False
        return super().may(actor, action, record)


class ProcessingPolicy(ScopedPolicy):
    """The register of processing."""

    rights = {"view": "people.protect", "change": "people.protect"}


class RetentionPolicy(ScopedPolicy):
    """What is past its period: a matter of whoever protects the data of an organisation."""

    rights = {"view": "people.protect"}


def _may_in(actor: Any, right: str, record: Any) -> bool:
    scope = organizations_tended(actor, right)
    return bool(scope) if record is None else record.organization_id in scope


def is_oneself(actor: Any, person: Any) -> bool:
    """Say whether `person` is the one who acts."""
    own = getattr(actor, "person_id", None)
    return own is not None and person is not None and person.pk == own


organizations = OrganizationPolicy()
persons = PersonPolicy()
team = TeamPolicy()
person_details = PersonDetailPolicy()
skills = CommonPolicy("people.enter", "people.edit", for_partners=True)
bodies = BodyPolicy()
posts = PostPolicy()
requirements = RequirementPolicy()
templates = CommonPolicy("people.enter", "people.template", for_partners=False)
memberships = MembershipPolicy()
mandates = MandatePolicy()
acts = ActPolicy()
invitations = InvitationPolicy()
authorizations = AuthorizationPolicy()
processings = ProcessingPolicy()
retention = RetentionPolicy()
