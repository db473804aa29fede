"""Every address of Wagtail's back office, as every role."""

import re
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from wagtail.models import Page

from kafo.people.models import Mandate
from kafo.publishing import back_office
from kafo.publishing.back_office import OPEN, STANDS_FOR, WITHOUT_SIGN_IN
from kafo.publishing.models import ProjectPage
from kafo.publishing.services.writing import newest

from .conftest import WRITERS, World


def _all_patterns(patterns: Any, route: str = "", space: str = "") -> Any:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            below = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _all_patterns(pattern.url_patterns, here, below)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}" if pattern.name else "", here


ADDRESSES = list(_all_patterns(back_office.urlpatterns, "editor/"))


def _filled(route: str, world: World, *, other: bool) -> str:
    """Give an address for the route, about Bamako's things or the association's."""
    news = world.amm_news if other else world.news
    picture = world.amm_picture if other else world.picture
    document = world.amm_document if other else world.document
    is_picture, is_document = "images/" in route, "documents/" in route
    values = {
        "page_id": news.pk,
        "parent_page_id": news.get_parent().pk,
        "page_to_move_id": news.pk,
        "destination_id": news.get_parent().pk,
        "page_pk": news.pk,
        "object_id": news.pk,
        "image_id": picture.pk,
        "document_id": document.pk,
        "doc_id": document.pk,
        "revision_id": news.latest_revision_id,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
        "pk": picture.pk if is_picture else document.pk if is_document else news.pk,
        "content_type_app_name": "publishing",
        "content_type_model_name": "newspage",
        "app_label": "publishing",
        "model_name": "newspage",
        "filter_spec": "width-100",
        "action_name": "approve",
        "action": "delete",
        "uidb64": "MQ",
        "token": "set-password",
    }
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda m: str(values.get(m[1], 1)), route)
    route = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values.get(m[1], 1)), route)
    return "/" + route.replace("\\", "").replace("^", "").replace("$", "").replace(".*/", "no/")


def test_it_knows_every_argument_of_an_open_address() -> None:
    known = (
        back_office.PAGE_NAMES
        | back_office.PICTURE_NAMES
        | back_office.DOCUMENT_NAMES
        | back_office.OTHER_NAMES
        | {"pk", "object_id", "model_name"}
    )
    for name, route in ADDRESSES:
        if name in OPEN:
            arguments = set(re.findall(r"<(?:\w+:)?(\w+)>", route))
            assert arguments <= known, (name, arguments - known)


def test_it_opens_no_view_that_wagtail_does_not_have() -> None:
    names = {name for name, _route in ADDRESSES}
    assert names >= OPEN
    assert names >= set(STANDS_FOR)


@pytest.mark.parametrize("role", ["editor", "journalist"])
def test_it_answers_404_at_every_closed_address(world: World, role: str) -> None:
    client = world.client(role)
    for name, route in ADDRESSES:
        address = _filled(route, world, other=False)
        if name in OPEN or name in STANDS_FOR or address == "/editor/sprite/":
            continue
        if "words/" in address or name == "wagtaildocs_serve":
            continue
        for method in (client.get, client.post):
            assert method(address).status_code == 404, (name, address)


@pytest.mark.parametrize("role", ["director", "journalist", "amm_editor"])
def test_it_shows_nothing_of_another_site(world: World, role: str) -> None:
    other = role != "amm_editor"
    secret = b"Baobab" if other else b"Niger"
    client = world.client(role)
    for name, route in ADDRESSES:
        if name not in OPEN or name in WITHOUT_SIGN_IN | {"wagtailadmin_logout"}:
            continue
        address = _filled(route, world, other=other)
        for query in ("", "?q=a", '?q="'):
            response = client.get(address + query)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            assert secret not in body, (name, address, query)
        if re.search(r"<|\(\?P", route) and name != "wagtailadmin_editing_sessions:release":
            assert response.status_code == 404, (name, address, response.status_code)
            assert client.post(address).status_code == 404, (name, address)


@pytest.mark.parametrize("role", WRITERS)
def test_it_lets_writers_in(world: World, role: str) -> None:
    client = world.client(role)
    for name in (
        "wagtailadmin_home",
        "wagtailadmin_explore_root",
        "wagtailadmin_pages:search",
        "wagtailimages:index",
        "wagtaildocs:index",
        "wagtailimages:add",
        "wagtailimages_chooser:choose",
        "wagtailadmin_choose_page",
    ):
        response = client.get(reverse(name), follow=True)
        assert response.status_code == 200, name
    response = client.get(reverse("wagtailadmin_pages:edit", args=[world.news.pk]))
    assert response.status_code == 200
    assert b"Niger" in response.content


@pytest.mark.parametrize("role", ["board", "technician", "reader", "stranger"])
def test_it_is_a_404_for_who_does_not_write(world: World, role: str) -> None:
    client = world.client(role)
    for name, route in ADDRESSES:
        if name not in WITHOUT_SIGN_IN and name:
            assert client.get(_filled(route, world, other=False)).status_code == 404, name


def test_it_sends_strangers_to_the_sign_in_of_the_desk(world: World) -> None:
    client = world.client(None)
    response = client.get("/editor/pages/")
    assert response.status_code == 302
    assert response["Location"].startswith("/desk/")
    assert client.get("/editor/login/").status_code == 302
    assert client.get("/editor/users/").status_code == 404


def test_it_closes_at_the_next_request_when_the_mandate_ends(world: World) -> None:
    client = world.client("editor")
    address = reverse("wagtailadmin_pages:edit", args=[world.news.pk])
    assert client.get(address).status_code == 200
    from django.utils import timezone

    Mandate.objects.filter(person__account__username="editor").update(ends_at=timezone.now())
    assert client.get(address).status_code == 404
    assert client.get("/editor/").status_code == 404


def test_it_refuses_a_picture_of_another_site_in_a_page(world: World) -> None:
    client = world.client("editor")
    address = reverse("wagtailadmin_pages:edit", args=[world.news.pk])
    posted = {
        "title": "Nouvelle Niger",
        "slug": world.news.slug,
        "lead": "x",
        "news_on": "2007-07-09",
        "picture": world.amm_picture.pk,
        "body-count": "0",
    }
    response = client.post(address, posted)
    assert response.status_code == 404
    assert newest(Page.objects.get(pk=world.news.pk)).picture_id is None
    client.post(address, posted | {"picture": world.picture.pk})
    assert newest(Page.objects.get(pk=world.news.pk)).picture_id == world.picture.pk


def test_it_does_not_let_a_journalist_publish(world: World) -> None:
    client = world.client("journalist")
    address = reverse("wagtailadmin_pages:edit", args=[world.news.pk])
    posted = {
        "title": "Changé",
        "slug": world.news.slug,
        "lead": "x",
        "news_on": "2007-07-09",
        "body-count": "0",
        "next": "",
        "action-publish": "1",
    }
    client.post(address, posted)
    world.news.refresh_from_db()
    assert world.news.title == "Nouvelle Niger"
    assert world.news.draft_title == "Changé"
    world.client("editor").post(address, posted)
    world.news.refresh_from_db()
    assert world.news.title == "Changé"


def test_it_moderates_by_mandate(world: World) -> None:
    address = reverse("wagtailadmin_pages:edit", args=[world.news.pk])
    posted = {
        "title": "Soumis",
        "slug": world.news.slug,
        "lead": "x",
        "news_on": "2007-07-09",
        "body-count": "0",
        "next": "",
        "action-submit": "1",
    }
    world.client("journalist").post(address, posted)
    task = world.news.current_workflow_task_state
    assert task is not None
    approve = reverse(
        "wagtailadmin_pages:workflow_action", args=[world.news.pk, "approve", task.pk]
    )
    for name in ("journalist", "coordinator"):
        world.client(name).post(approve)
        world.news.refresh_from_db()
        assert world.news.title == "Nouvelle Niger"
    assert world.client("amm_editor").post(approve).status_code == 404
    page = world.client("editor").get("/editor/")
    assert b"Soumis" in page.content
    assert b"Soumis" not in world.client("amm_editor").get("/editor/").content
    world.client("editor").post(approve)
    world.news.refresh_from_db()
    assert world.news.title == "Soumis"


def test_it_keeps_the_home_page(world: World) -> None:
    home = world.bamako.homes()["en"]
    address = reverse("wagtailadmin_pages:delete", args=[home.pk])
    world.client("director").post(address)
    assert "en" in world.bamako.homes()


def test_it_resolves_the_catalogue_in_both_languages() -> None:
    from django.utils.translation import override

    for language in ("fr", "en"):
        with override(language):
            address = reverse("wagtailadmin_javascript_catalog")
        assert f"/{language}-" in address
        assert resolve(address).kwargs["name"].startswith(language)
    assert get_resolver() is not None


def _asked(world: World, *, other: bool) -> list[str]:
    """Give addresses without a number of their own that ask for the other site's things."""
    site = world.amm if other else world.bamako
    news = world.amm_news if other else world.news
    picture = world.amm_picture if other else world.picture
    document = world.amm_document if other else world.document
    places = [news.pk, news.get_parent().pk, site.homes()["fr"].pk]
    asked = [
        f"/editor/api/main/pages/?{name}={pk}&for_explorer={explorer}"
        for name in ("child_of", "descendant_of", "ancestor_of", "translation_of", "id")
        for pk in places
        for explorer in ("", "1")
    ]
    asked += ["/editor/api/main/pages/?search=Nouvelle&fields=*", "/editor/api/main/pages/"]
    asked += [f"/editor/api/main/pages/?{field}=Nouvelle" for field in ("title", "draft_title")]
    choose = reverse("wagtailadmin_choose_page")
    asked += [
        f"{choose}?page_type=publishing.newspage",
        f"{choose}?page_type=publishing.projectpage",
        f"{choose}?user_perms=move_to&target_pages[]={news.pk}",
        f"{reverse('wagtailadmin_choose_page_search')}?q=Nou&page_type=publishing.newspage",
        f"{reverse('wagtailadmin_explore_root')}?site={site.wagtail_site_id}",
        f"{reverse('wagtailadmin_explore_root')}?q=Nouvelle&search_all=1",
        f"{reverse('wagtailadmin_pages:search')}?q=Nouvelle&content_type=publishing.newspage",
    ]
    for index, chooser in (
        ("wagtailimages:index", "wagtailimages_chooser:choose_results"),
        ("wagtaildocs:index", "wagtaildocs_chooser:choose_results"),
    ):
        for name in (index, chooser):
            asked.append(f"{reverse(name)}?collection_id={site.collection_id}")
            asked.append(f"{reverse(name)}?q=o&collection_id={site.collection_id}")
    for name, file in (("wagtailimages", picture), ("wagtaildocs", document)):
        asked.append(f"{reverse(f'{name}_chooser:chosen_multiple')}?id={file.pk}")
        asked.append(f"{reverse(f'{name}:index')}?next={file.pk}")
        asked.append(
            f"{reverse('wagtail_bulk_action', args=[name, file._meta.model_name, 'delete'])}"
            f"?id={file.pk}"
        )
    asked.append(f"{reverse('wagtailadmin_choose_page_chosen_multiple')}?id={news.pk}")
    return asked


@pytest.mark.parametrize("role", ["director", "editor", "amm_editor"])
def test_it_gives_nothing_of_another_site_whatever_is_asked(world: World, role: str) -> None:
    other = role != "amm_editor"
    secret = b"Baobab" if other else b"Niger"
    news = world.amm_news if other else world.news
    # One type of page that there is on the other site only.
    home = (world.amm if other else world.bamako).homes()["fr"]
    project = ProjectPage(title=f"Projet {secret.decode()}", slug="p", locale=home.locale)
    world.list_of(world.amm if other else world.bamako).add_child(instance=project)
    client = world.client(role)
    for address in _asked(world, other=other):
        response = client.get(address)
        assert response.status_code in {200, 302, 400, 404}, address
        assert secret not in response.content, address
    listed = client.get("/editor/api/main/pages/").json()["items"]
    own = world.bamako if other else world.amm
    assert {row["id"] for row in listed} == set(
        Page.objects.filter(path__startswith=own.homes()["fr"].path).values_list("pk", flat=True)
    ) | set(
        Page.objects.filter(path__startswith=own.homes()["en"].path).values_list("pk", flat=True)
    )
    assert news.pk not in {row["id"] for row in listed}
    assert client.get(f"/editor/api/main/pages/{news.pk}/").status_code == 404
    assert client.post(f"/editor/api/main/pages/{news.pk}/action/publish/").status_code == 404


def test_it_looks_up_no_page_by_an_address_that_is_pasted(world: World) -> None:
    client = world.client("editor")
    for page in (world.amm_news, world.news):
        site, path = page.full_url.split("/fr/")
        for link in (page.full_url, f"{site}/{path}", f"{site}/{path}?page=2"):
            sent = {"external-link-chooser-url": link, "external-link-chooser-link_text": "Lien"}
            answer = client.post(reverse("wagtailadmin_choose_page_external_link"), sent).json()
            assert answer["step"] == "external_link_chosen"
            assert (answer["result"]["url"], answer["result"]["title"]) == (link, "Lien")
