"""Who may write and publish on which site: one answer for the desk and for Wagtail's back office.

Wagtail asks policies from its registry. Those below work out its page and collection permissions
from mandates, each time a request asks: no group, no superuser, nothing stored that could go stale.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import AbstractPage, Collection, Page
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import register_permission_policy

from kafo.people.models import Account, Mandate
from kafo.people.queries import may, organizations_where
from kafo.publishing.models.sites import PublicSite, site_of
from kafo.records.permissions import Policy

WRITE, PUBLISH = "publishing.write", "publishing.publish"

# What a right means in Wagtail's own words.
PAGE_ACTIONS = {WRITE: ("add", "change"), PUBLISH: ("publish", "lock", "unlock")}
FILE_ACTIONS = {WRITE: ("add", "choose"), PUBLISH: ("change",)}


def sites_where(account: Any, right: str) -> list[PublicSite]:
    """Give the public sites of the organisations in which `account` has `right` now."""
    organizations = organizations_where(account, right)
    if not organizations:
        return []
    which = frozenset(organizations)
    known: dict[frozenset[UUID], list[PublicSite]] = account.__dict__.setdefault("_sites", {})
    if which not in known:
        rows = PublicSite.objects.filter(organization__in=organizations)
        known[which] = list(rows.select_related("collection", "wagtail_site__root_page"))
    return known[which]


def homes_where(account: Any, right: str) -> list[Page]:
    """Give the home pages, one per language, below which `account` has `right`."""
    sites = sites_where(account, right)
    if not sites:
        return []
    keys = frozenset(site.wagtail_site.root_page.translation_key for site in sites)
    known: dict[frozenset[UUID], list[Page]] = account.__dict__.setdefault("_homes", {})
    if keys not in known:
        known[keys] = list(Page.objects.filter(depth=2, translation_key__in=keys))
    return known[keys]


class PagePolicy(Policy):
    """Pages at the desk: to see a page there is to be one of those who write on its site."""

    rights = {
        "view": WRITE,
        "add": WRITE,
        "change": WRITE,
        "publish": PUBLISH,
    }

    def may(self, actor: Any, action: str, record: Model | None = None) -> bool:
        right = self.rights.get(action)
        if right is None:
            return False
        if record is None:
            return bool(sites_where(actor, right))
        path = record.path  # type: ignore[attr-defined]
        return any(path.startswith(home.path) for home in homes_where(actor, right))

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        homes = homes_where(actor, WRITE)
        if not homes:
            return rows.none()
        return rows.filter(reduce(or_, (Q(path__startswith=home.path) for home in homes)))


class FilePolicy(Policy):
    """Pictures and documents at the desk: one's own are changed by oneself, all by an editor."""

    def may(self, actor: Any, action: str, record: Model | None = None) -> bool:
        if record is None:
            return action in {"view", "add"} and bool(sites_where(actor, WRITE))
        collection = record.collection_id  # type: ignore[attr-defined]
        is_own = record.uploaded_by_user_id == actor.pk  # type: ignore[attr-defined]
        right = {"view": WRITE, "change": WRITE if is_own else PUBLISH}.get(action)
        return right is not None and any(
            site.collection_id == collection for site in sites_where(actor, right)
        )

    def visible_to(self, actor: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
        sites = sites_where(actor, WRITE)
        return rows.filter(collection__in=[site.collection_id for site in sites])


page_policy = PagePolicy()
file_policy = FilePolicy()


@dataclass(frozen=True)
class _Named:
    codename: str


@dataclass(frozen=True)
class _OnPage:
    """Read by Wagtail like a row of GroupPagePermission."""

    permission: _Named
    page: Page

    @property
    def page_id(self) -> int:
        return self.page.pk


@dataclass(frozen=True)
class _OnCollection:
    """Read by Wagtail like a row of GroupCollectionPermission."""

    permission: _Named
    collection: Collection

    @property
    def collection_id(self) -> int:
        return self.collection.pk


def _accounts_with(rights: Iterable[str], site: PublicSite | None) -> QuerySet[Account]:
    """Give the accounts that have one of the rights (on `site`, or anywhere)."""
    holders = Account.objects.filter(
        is_active=True, person__in=Mandate.objects.at().values("person")
    )
    organization = site.organization_id if site else None
    found = [
        account.pk
        for account in holders
        if any(may(account, right, organization) for right in rights)
    ]
    return Account.objects.filter(pk__in=found)


def _rights_for(actions: Iterable[str], table: dict[str, tuple[str, ...]]) -> list[str]:
    wanted = set(actions)
    return [right for right, given in table.items() if wanted & set(given)]


class MandatePagePolicy(PagePermissionPolicy):
    """Wagtail's page permissions, worked out from mandates."""

    def get_all_permissions_for_user(self, user: Any) -> list[_OnPage]:
        return [
            _OnPage(_Named(f"{action}_page"), home)
            for right, actions in PAGE_ACTIONS.items()
            for home in homes_where(user, right)
            for action in actions
        ]

    def users_with_any_permission(
        self, actions: Iterable[str], include_superusers: bool = True
    ) -> QuerySet[Account]:
        return _accounts_with(_rights_for(actions, PAGE_ACTIONS), None)

    def users_with_any_permission_for_instance(
        self, actions: Iterable[str], instance: Any, include_superusers: bool = True
    ) -> QuerySet[Account]:
        site = site_of(instance)
        if site is None:
            return Account.objects.none()
        return _accounts_with(_rights_for(actions, PAGE_ACTIONS), site)

    def explorable_instances(self, user: Any) -> QuerySet[Any]:
        # Wagtail fails on nobody's pages instead of giving none.
        if not homes_where(user, WRITE) and not homes_where(user, PUBLISH):
            return self.model._default_manager.none()
        return super().explorable_instances(user)


class MandateFilePolicy(CollectionOwnershipPermissionPolicy):
    """Wagtail's permissions on pictures and documents, worked out from mandates."""

    def get_all_permissions_for_user(self, user: Any) -> list[_OnCollection]:
        # One answer for both kinds: Wagtail keeps it on the account under one name.
        return [
            _OnCollection(_Named(f"{action}_{kind}"), site.collection)
            for right, actions in FILE_ACTIONS.items()
            for site in sites_where(user, right)
            if site.collection is not None
            for action in actions
            for kind in ("image", "document")
        ]

    def _users_with_perm_filter(
        self, actions: Iterable[str], collection: Collection | None = None
    ) -> Q:
        rights = _rights_for(actions, FILE_ACTIONS)
        if collection is None:
            return Q(pk__in=_accounts_with(rights, None))
        site = PublicSite.objects.filter(collection=collection).first()
        return Q(pk__in=_accounts_with(rights, site) if site else [])


def register_policies() -> None:
    """Put these policies in the place of Wagtail's own; called once when the room starts."""
    register_permission_policy(AbstractPage, MandatePagePolicy(Page))
    for model, auth_model in (
        (get_image_model(), "wagtailimages.Image"),
        (get_document_model(), "wagtaildocs.Document"),
    ):
        policy = MandateFilePolicy(
            model, auth_model=auth_model, owner_field_name="uploaded_by_user"
        )
        # Exact: the apps of pictures and documents register theirs for the same class afterwards.
        register_permission_policy(model, policy, exact_class=True)
