"""Writing at the desk, by plain forms."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from kafo.people.models import Mandate
from kafo.people.tests.conftest import ROLES
from kafo.publishing.models import NewsPage, Picture, Upload
from kafo.publishing.services.writing import newest, save_draft

from .conftest import World, paragraph, png, sent


def form_of(client: Any, address: str) -> dict[str, Any]:
    """Give what the form would send as it stands."""
    response = client.get(address)
    assert response.status_code == 200, response
    form = response.context["form"]
    sent_back = {}
    for field in form:
        value = field.value()
        if value is None or value is False or field.name == "file":
            continue
        sent_back[field.html_name] = "on" if value is True else value
    return sent_back | {"submission": response.context["token"]}


def page(world: World) -> NewsPage:
    return NewsPage.objects.get(pk=world.news.pk)


def test_it_writes_and_publishes_a_news_item_with_a_picture(world: World) -> None:
    client = world.client("editor")
    address = reverse("pages:add")
    data = form_of(client, address) | {
        "title": "Une antenne de plus",
        "lead": "Elle porte loin.",
        "part-new1": "Premier **paragraphe**.\n\n- un\n- deux\n## Suite\nAutre texte",
        "file": sent(png()),
        "alternative": "Une antenne sur un toit",
        "credit": "Dessin A. Fictive",
        "press": "publish",
    }
    response = client.post(address, data)
    assert response.status_code == 302, response.context["form"].errors
    news = NewsPage.objects.get(title="Une antenne de plus")
    assert news.live
    assert [block["type"] for block in news.body.raw_data] == ["paragraph", "heading", "paragraph"]
    first = news.body.raw_data[0]["value"]
    assert first == "<p>Premier <b>paragraphe</b>.</p><ul><li>un</li><li>deux</li></ul>"
    assert news.picture.credit == "Dessin A. Fictive"
    assert news.picture.collection == world.bamako.collection
    assert news.owner == world.account("editor")
    assert client.post(address, data | {"file": sent(png())}).status_code == 302
    assert NewsPage.objects.filter(title="Une antenne de plus").count() == 1


def test_it_asks_for_the_words_of_a_picture(world: World) -> None:
    client = world.client("editor")
    data = form_of(client, reverse("pages:add")) | {"title": "Sans mots", "file": sent(png())}
    response = client.post(reverse("pages:add"), data)
    assert response.status_code == 422
    assert {"alternative", "credit"} <= set(response.context["form"].errors)
    assert not NewsPage.objects.filter(title="Sans mots").exists()


def _sent_back(response: Any) -> dict[str, Any]:
    form = response.context["form"]
    back = {field.html_name: field.value() for field in form if field.name != "file"}
    back = {name: value for name, value in back.items() if value not in (None, False)}
    return back | {"submission": response.context["token"]}


@pytest.mark.parametrize("press", [{}, {"add": "heading"}])
def test_it_asks_for_no_picture_twice_without_script(world: World, press: dict[str, str]) -> None:
    client = world.client("editor")
    address = reverse("pages:add")
    data = form_of(client, address) | {"title": "Envoyée une fois", "file": sent(png())}
    response = client.post(address, data | press)
    assert ": 3 " in response.context["form"].fields["file"].help_text
    words = {"alternative": "Un toit", "credit": "Dessin A. Fictive"}
    assert client.post(address, _sent_back(response) | words).status_code == 302
    picture = newest(Page.objects.get(draft_title="Envoyée une fois")).picture
    assert (picture.credit, picture.width) == ("Dessin A. Fictive", 800)
    assert not Upload.objects.exists()


def test_it_keeps_no_file_that_is_no_picture_and_takes_the_one_chosen_last(world: World) -> None:
    client = world.client("editor")
    address = reverse("pages:picture-add")
    data = form_of(client, address) | {"site": world.bamako.pk}
    response = client.post(address, data | {"file": sent(b"no picture")})
    assert response.status_code == 422
    assert not Upload.objects.exists()
    response = client.post(address, data | {"file": sent(png())})
    assert Upload.objects.count() == 1
    words = {"alternatives_fr": "Un toit", "credit": "A. Fictive", "file": sent(png((400, 300)))}
    assert client.post(address, _sent_back(response) | words).status_code == 302
    assert Picture.objects.latest("pk").width == 400


def test_it_corrects_text_and_keeps_what_it_cannot_write(world: World) -> None:
    body = [
        paragraph("Avant", "11111111-1111-4111-8111-111111111111"),
        {
            "type": "picture",
            "value": {"picture": world.picture.pk, "alternative": "", "caption": "Le pont"},
            "id": "22222222-2222-4222-8222-222222222222",
        },
        {
            "type": "quote",
            "value": {"text": "Oui", "source": "A. Fictive"},
            "id": "33333333-3333-4333-8333-333333333333",
        },
    ]
    save_draft(actor=world.account("editor"), page=page(world), based_on=None, body=body)
    client = world.client("editor")
    address = reverse("pages:write", args=[world.news.pk])
    data = form_of(client, address)
    data["part-11111111-1111-4111-8111-111111111111"] = "Après"
    assert client.post(address, data).status_code == 302
    stored = newest(page(world)).body.raw_data
    assert [block["type"] for block in stored] == ["paragraph", "picture", "quote"]
    assert stored[0]["value"] == "<p>Après</p>"
    assert stored[1] == body[1]
    assert stored[2]["value"]["source"] == "A. Fictive"
    assert page(world).title == "Nouvelle Niger"
    data = form_of(client, address)
    del data["part-22222222-2222-4222-8222-222222222222"]
    client.post(address, data)
    assert [b["type"] for b in newest(page(world)).body.raw_data] == ["paragraph", "quote"]


def test_it_adds_a_field_without_script_and_loses_nothing(world: World) -> None:
    client = world.client("editor")
    address = reverse("pages:write", args=[world.news.pk])
    data = form_of(client, address) | {"title": "Pas encore enregistré", "add": "heading"}
    response = client.post(address, data)
    assert response.status_code == 200
    assert page(world).draft_title == "Nouvelle Niger"
    form = response.context["form"]
    assert form["title"].value() == "Pas encore enregistré"
    assert form.parts[-1].kind == "heading"
    data = {
        field.html_name: field.value()
        for field in form
        if field.value() not in (None, False) and field.name != "file"
    }
    data |= {"submission": response.context["token"], f"part-{form.parts[-1].key}": "Titre"}
    assert client.post(address, data).status_code == 302
    assert newest(page(world)).body.raw_data[-1]["value"] == "Titre"


def test_it_shows_both_texts_when_two_write(world: World) -> None:
    address = reverse("pages:write", args=[world.news.pk])
    first, second = world.client("editor"), world.client("journalist")
    mine, theirs = form_of(second, address), form_of(first, address)
    theirs["title"] = "Titre de la rédactrice"
    assert first.post(address, theirs).status_code == 302
    mine["title"] = "Titre du journaliste"
    response = second.post(address, mine)
    assert response.status_code == 422
    assert newest(page(world)).title == "Titre de la rédactrice"
    text = response.content.decode()
    assert 'value="Titre du journaliste"' in text
    assert "rédactrice" in text
    again = {
        field.html_name: field.value()
        for field in response.context["form"]
        if field.value() not in (None, False) and field.name != "file"
    } | {"submission": response.context["token"]}
    assert second.post(address, again).status_code == 302
    assert newest(page(world)).title == "Titre du journaliste"
    titles = {r.as_object().title for r in page(world).revisions.all()}
    assert "Titre de la rédactrice" in titles


def test_it_saves_by_itself_over_its_own_last_saving(world: World) -> None:
    client = world.client("editor")
    address = reverse("pages:write", args=[world.news.pk])
    data = form_of(client, address)
    before = page(world).revisions.count()
    for number in range(3):
        data["title"] = f"Titre {number}"
        answer = client.post(address, data, headers={"X-Autosave": "1"})
        assert answer.status_code == 200, answer.content
        told = answer.json()
        data |= {name: told[name] for name in ("based_on", "saved_alone", "submission")}
    assert page(world).revisions.count() == before + 1
    assert newest(page(world)).title == "Titre 2"
    assert page(world).title == "Nouvelle Niger"


def test_it_saves_a_new_item_by_itself_once(world: World) -> None:
    client = world.client("journalist")
    address = reverse("pages:add")
    data = form_of(client, address) | {"title": "Tout neuf", "part-new1": "x"}
    told = client.post(address, data, headers={"X-Autosave": "1"}).json()
    client.post(address, data, headers={"X-Autosave": "1"})
    assert NewsPage.objects.filter(title="Tout neuf").count() == 1
    data |= {name: told[name] for name in ("based_on", "saved_alone", "submission")}
    data["title"] = "Tout neuf, fini"
    del data["below"]
    assert client.post(told["action"], data).status_code == 302
    assert NewsPage.objects.get(draft_title="Tout neuf, fini").live is False


def test_it_says_so_when_an_autosave_meets_another_version(world: World) -> None:
    address = reverse("pages:write", args=[world.news.pk])
    client = world.client("journalist")
    data = form_of(client, address) | {"title": "A moi"}
    save_draft(actor=world.account("editor"), page=page(world), based_on=None, title="A elle")
    answer = client.post(address, data, headers={"X-Autosave": "1"})
    assert answer.status_code == 409
    assert answer.json()["message"]
    assert newest(page(world)).title == "A elle"


def test_it_lets_no_journalist_publish(world: World) -> None:
    client = world.client("journalist")
    address = reverse("pages:write", args=[world.news.pk])
    client.post(address, form_of(client, address) | {"title": "Non", "press": "publish"})
    for name in ("publish", "unpublish", "republish", "return"):
        assert client.post(reverse(f"pages:{name}", args=[world.news.pk])).status_code == 404
    assert page(world).title == "Nouvelle Niger"
    assert page(world).live


def test_it_goes_from_submission_to_approval(world: World) -> None:
    journalist, editor = world.client("journalist"), world.client("editor")
    address = reverse("pages:write", args=[world.news.pk])
    here = reverse("pages:page", args=[world.news.pk])
    journalist.post(address, form_of(journalist, address) | {"title": "Relu", "press": "submit"})
    assert "Relu" in editor.get("/desk/").content.decode()
    assert "Relu" not in world.client("amm_editor").get("/desk/").content.decode()
    editor.post(reverse("pages:return", args=[world.news.pk]), {"reason": "Plus court"})
    assert "Relu" not in editor.get("/desk/").content.decode()
    assert page(world).current_workflow_state.status == "needs_changes"
    journalist.post(reverse("pages:submit", args=[world.news.pk]))
    assert page(world).current_workflow_task_state.status == "in_progress"
    assert journalist.get(here).status_code == 200
    editor.post(reverse("pages:publish", args=[world.news.pk]))
    assert page(world).title == "Relu"
    assert page(world).current_workflow_state is None


def test_it_undoes(world: World) -> None:
    client = world.client("editor")
    pk = world.news.pk
    client.post(reverse("pages:unpublish", args=[pk]))
    assert not page(world).live
    assert client.get(reverse("pages:page", args=[pk])).status_code == 200
    client.post(reverse("pages:republish", args=[pk]))
    assert page(world).live
    first = page(world).revisions.order_by("created_at").first()
    save_draft(actor=world.account("editor"), page=page(world), based_on=None, title="Erreur")
    assert client.get(reverse("pages:versions", args=[pk])).status_code == 200
    last = page(world).latest_revision_id
    shown = client.get(reverse("pages:version", args=[pk, last])).content.decode()
    assert "<ins>Erreur</ins>" in shown
    client.post(reverse("pages:restore", args=[pk, first.pk]))
    assert newest(page(world)).title == "Nouvelle Niger"
    assert page(world).revisions.filter(pk=last).exists()
    other = world.amm_news.latest_revision_id
    assert client.get(reverse("pages:version", args=[pk, other])).status_code == 404
    assert client.post(reverse("pages:restore", args=[pk, other])).status_code == 404


def test_it_translates_and_marks_what_has_to_be_looked_at_again(world: World) -> None:
    client = world.client("editor")
    address = reverse("pages:translate", args=[world.news.pk]) + "?language=en"
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    english = NewsPage.objects.get(
        locale__language_code="en", translation_key=world.news.translation_key
    )
    assert not english.live
    assert english.source_language == "fr"
    client.post(reverse("pages:publish", args=[english.pk]))
    write = reverse("pages:write", args=[world.news.pk])
    client.post(write, form_of(client, write) | {"title": "Faute corrigée", "press": "publish"})
    assert not NewsPage.objects.get(pk=english.pk).is_stale()
    client.post(
        write,
        form_of(client, write)
        | {"title": "Autre sens", "changes_meaning": "on", "press": "publish"},
    )
    assert NewsPage.objects.get(pk=english.pk).is_stale()
    listed = client.get(reverse("pages:list") + "?state=stale").context["rows"]
    assert len(listed) == 1
    client.post(reverse("pages:confirm-translation", args=[english.pk]))
    assert not NewsPage.objects.get(pk=english.pk).is_stale()
    assert client.post(address).status_code == 422


def test_it_previews_what_is_not_published(world: World) -> None:
    client = world.client("journalist")
    save_draft(actor=world.account("editor"), page=page(world), based_on=None, title="Bientôt")
    assert client.get(reverse("pages:preview", args=[world.news.pk])).status_code == 200
    frame = client.get(reverse("pages:frame", args=[world.news.pk]))
    assert "Bientôt" in frame.content.decode()
    assert "script-src" not in frame["Content-Security-Policy"]


WITH_PAGE = [
    "page",
    "write",
    "preview",
    "frame",
    "publish",
    "submit",
    "return",
    "unpublish",
    "republish",
    "translate",
    "confirm-translation",
    "versions",
]


@pytest.mark.parametrize("role", [*ROLES, "stranger"])
def test_it_shows_nothing_of_another_site(world: World, role: str) -> None:
    client = world.client(role)
    for name in WITH_PAGE:
        address = reverse(f"pages:{name}", args=[world.amm_news.pk])
        assert client.get(address).status_code in {404, 405}, name
        assert client.post(address).status_code in {404, 405}, name
    for kind, thing in (("picture", world.amm_picture), ("document", world.amm_document)):
        for name in (kind, f"{kind}-file", f"{kind}-change"):
            if name in {"document", "document-change"}:
                continue
            assert client.get(reverse(f"pages:{name}", args=[thing.pk])).status_code == 404, name
    for name in ("list", "pictures", "documents", "add"):
        for query in ("", "?q=nouvelle", '?q="', "?format=csv", "?state=live"):
            response = client.get(reverse(f"pages:{name}") + query)
            assert b"Baobab" not in response.getvalue(), (name, query)


def test_it_takes_no_picture_of_another_site(world: World) -> None:
    client = world.client("editor")
    address = reverse("pages:write", args=[world.news.pk])
    data = form_of(client, address) | {"picture": world.amm_picture.pk}
    assert client.post(address, data).status_code == 422
    below = world.list_of(world.amm)
    data = form_of(client, reverse("pages:add")) | {"title": "Ailleurs", "below": below.pk}
    assert client.post(reverse("pages:add"), data).status_code == 422
    assert not NewsPage.objects.filter(title="Ailleurs").exists()


def test_it_ends_with_the_mandate(world: World) -> None:
    client = world.client("editor")
    address = reverse("pages:write", args=[world.news.pk])
    data = form_of(client, address)
    Mandate.objects.filter(person__account__username="editor").update(ends_at=timezone.now())
    assert client.post(address, data | {"title": "Trop tard"}).status_code == 404
    assert client.get(reverse("pages:list")).status_code == 404
    assert newest(page(world)).title == "Nouvelle Niger"


def test_it_adds_and_describes_pictures(world: World) -> None:
    client = world.client("journalist")
    address = reverse("pages:picture-add")
    data = form_of(client, address) | {
        "file": sent(png()),
        "alternatives_fr": "Un marché",
        "credit": "Dessin",
    }
    assert client.post(address, data).status_code == 302
    picture = Picture.objects.get(title="Un marché")
    change = reverse("pages:picture-change", args=[picture.pk])
    client.post(
        change,
        form_of(client, change) | {"alternatives_fr": "Un marché", "alternatives_en": "A market"},
    )
    picture.refresh_from_db()
    assert picture.alternatives == {"fr": "Un marché", "en": "A market"}
    assert client.get(reverse("pages:picture-change", args=[world.picture.pk])).status_code == 404
    assert client.get(reverse("pages:picture-file", args=[picture.pk])).status_code == 200


def test_it_gives_documents_as_files(world: World) -> None:
    client = world.client("journalist")
    address = reverse("pages:document-add")
    data = form_of(client, address) | {
        "title": "Statuts",
        "file": sent(b"%PDF-1.7 x", "Statuts 2007.pdf", "application/pdf"),
    }
    assert client.post(address, data).status_code == 302
    listed = client.get(reverse("pages:documents"))
    assert "Statuts" in listed.content.decode()
    from wagtail.documents import get_document_model

    document = get_document_model().objects.get(title="Statuts")
    response = client.get(reverse("pages:document-file", args=[document.pk]))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    bad = form_of(client, address) | {
        "title": "Faux",
        "file": sent(b"<script>", "faux.pdf", "application/pdf"),
    }
    assert client.post(address, bad).status_code == 422


def test_it_keeps_its_views_light(world: World) -> None:
    client = world.client("editor")
    for name, args in (
        ("list", []),
        ("add", []),
        ("page", [world.news.pk]),
        ("write", [world.news.pk]),
        ("pictures", []),
    ):
        response = client.get(
            reverse(f"pages:{name}", args=args), headers={"Accept-Encoding": "br"}
        )
        assert len(response.content) <= 5000, (name, len(response.content))


def test_it_asks_as_much_for_many_pages_as_for_one(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = world.client("editor")
    client.get(reverse("pages:list"))
    with django_assert_max_num_queries(12):
        client.get(reverse("pages:list"))
    assert Page.objects.count() > 5


def test_it_previews_a_page_before_its_home_page_is_published(world: World) -> None:
    for home in world.bamako.homes().values():
        home.specific.unpublish()
    frame = world.client("editor").get(reverse("pages:frame", args=[world.news.pk]))
    assert frame.status_code == 200
    assert "Nouvelle Niger" in frame.content.decode()


def test_it_takes_back_no_version_over_one_it_has_not_seen(world: World) -> None:
    client, editor = world.client("editor"), world.account("editor")
    first = page(world).latest_revision
    seen = save_draft(actor=editor, page=page(world), based_on=None, title="Deux")
    save_draft(actor=world.account("director"), page=page(world), based_on=None, title="Trois")
    address = reverse("pages:restore", args=[world.news.pk, first.pk])
    client.post(address, {"seen": seen.pk})
    assert newest(page(world)).title == "Trois"
    shown = client.get(reverse("pages:version", args=[world.news.pk, first.pk])).content.decode()
    assert f'name="seen" value="{page(world).latest_revision_id}"' in shown
    client.post(address, {"seen": page(world).latest_revision_id})
    assert newest(page(world)).title == "Nouvelle Niger"
