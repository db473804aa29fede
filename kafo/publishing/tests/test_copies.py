"""Sites of other offices as they can be read here: what travels, what is shown, what is refused."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from kafo.publishing.baking.copies import CopiesLoop, short_name, write_copies
from kafo.publishing.baking.foreign import fitted
from kafo.publishing.baking.reconcile import reconcile
from kafo.publishing.models import (
    BakedPage,
    HeardOffice,
    Picture,
    PlainPage,
    PublishedFrame,
    PublishedPage,
)
from kafo.publishing.tests.conftest import add, publish, read, translate
from kafo.records.files import file_store
from kafo.records.models import FileReference
from kafo.records.signals import home_heard

OTHER = uuid.UUID("01920000-0000-7000-8000-0000000000ff")
SITE = f"{short_name(OTHER)}/bamako"
ITEM = f"{SITE}/fr/nouvelles/deux-jours/"


@pytest.fixture
def mirror(settings) -> Path:
    return Path(settings.KAFO_BAKED).with_name("mirror")


@pytest.fixture
def received(make_news, make_picture, home):
    """What stands in the tables of a node that received the site of another office."""
    make_news("Deux jours", picture=make_picture(alternatives={"fr": "Un pont"}))
    reconcile()
    for model in (PublishedFrame, PublishedPage):
        model.objects.update(home_office=OTHER)
    return PublishedPage.objects.get(path="fr/nouvelles/deux-jours/")


def test_it_states_each_baked_page_for_other_offices(make_news, home, baked):
    make_news("Deux jours")
    baked()
    page = PublishedPage.objects.get(path="fr/nouvelles/deux-jours/")
    assert page.visibility == "public"
    assert "<h1>Deux jours</h1>" in page.main
    assert "<html" not in page.main
    frame = PublishedFrame.objects.get(language="fr")
    assert frame.menu == [["Accueil", "fr/"], ["Nouvelles", "fr/nouvelles/"]]
    assert (frame.name, frame.organization) == ("Bureau de Bamako", "Bureau de Bamako")


def test_it_lets_one_small_file_of_a_picture_travel(make_news, make_picture, baked):
    make_news("Deux jours", picture=make_picture())
    folder = baked()
    page = PublishedPage.objects.get(path="fr/nouvelles/deux-jours/")
    assert "<picture" not in page.main
    assert [name.split("-")[1] for name in page.files] == ["480"]
    ((name, (digest, size)),) = page.files.items()
    assert (folder / "bamako/media" / name).stat().st_size == size
    assert file_store().path(digest).read_bytes() == (folder / "bamako/media" / name).read_bytes()
    assert list(FileReference.objects.filter(record_id=page.pk).values_list("sha256", "size")) == [
        (digest, size)
    ]


def test_it_states_a_changed_menu_in_the_frame_alone(make_news, home, baked):
    make_news("Deux jours")
    about = add(home, PlainPage(title="À propos", slug="a-propos"))
    baked()
    before = dict(PublishedPage.objects.values_list("pk", "updated_at"))
    publish(about, show_in_menus=True)
    baked()
    said = dict(PublishedPage.objects.values_list("pk", "updated_at"))
    own = PublishedPage.objects.get(path="fr/a-propos/").pk
    assert {pk for pk in said if said[pk] != before[pk]} <= {own}
    assert ["À propos", "fr/a-propos/"] in PublishedFrame.objects.get(language="fr").menu


def test_it_says_nothing_when_a_page_is_baked_again_as_it_was(make_news, baked):
    make_news("Deux jours")
    baked()
    before = dict(PublishedPage.objects.values_list("pk", "updated_at"))
    BakedPage.objects.update(due=1)
    baked()
    assert dict(PublishedPage.objects.values_list("pk", "updated_at")) == before


def test_it_takes_a_page_back_when_it_is_unpublished(make_news, baked):
    page = make_news("Deux jours")
    baked()
    page.unpublish()
    baked()
    assert not PublishedPage.objects.filter(path="fr/nouvelles/deux-jours/").exists()


def test_it_states_what_an_older_version_baked_without_stating_it(make_news, baked):
    make_news("Deux jours")
    baked()
    PublishedPage.objects.all().delete()
    baked()
    assert PublishedPage.objects.filter(path="fr/nouvelles/deux-jours/").exists()


def test_it_leaves_records_of_other_offices_as_they_are(make_news, baked, organization):
    organization.home_office = OTHER
    organization.save()
    make_news("Deux jours")
    baked()
    assert not PublishedPage.objects.exists()


def test_it_shows_a_site_of_another_office_with_its_date_and_its_origin(received, mirror, browser):
    home_heard.send(None, office=OTHER, at=datetime(2007, 7, 9, 12, tzinfo=UTC), using="default")
    write_copies()
    html = read(mirror, ITEM)
    assert "<h1>Deux jours</h1>" in html
    assert "Copie du site « Bureau de Bamako »" in html or "Copy of Bureau de Bamako" in html
    assert "9 juillet 2007" in html
    original = "http://bamako.localhost:8000/fr/nouvelles/deux-jours/"
    assert f'<link rel="canonical" href="{original}">' in html
    assert '<meta name="robots" content="noindex">' in html
    assert f'<a href="{original}">' in html
    answer = browser.get(f"http://localhost/mirror/{ITEM}")
    assert answer.status == 200
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_it_shows_the_text_of_a_picture_until_the_file_is_here(received, mirror, browser):
    (digest,) = received.attachments
    path = file_store().path(digest)
    content = path.read_bytes()
    path.unlink()
    loop = CopiesLoop()
    assert loop()
    assert "<img" not in read(mirror, ITEM)
    assert "Un pont]" in read(mirror, ITEM)
    path.write_bytes(content)
    assert loop()
    name = next(iter(received.files))
    assert f'src="../../../media/{name}"' in read(mirror, ITEM)
    picture = browser.get(f"http://localhost/mirror/{SITE}/media/{name}")
    assert (picture.status, picture.body) == (200, content)


def test_it_links_relatively_and_leads_to_the_original_for_what_is_only_there(received, mirror):
    write_copies()
    html = read(mirror, ITEM)
    assert 'href="../../../fr/nouvelles/" aria-current="page"' in html
    assert 'href="http://bamako.localhost:8000/fr/recherche/"' in html
    assert 'href="http://bamako.localhost:8000/fr/feed.atom"' in html
    assert 'href="/' not in html


def test_it_writes_only_what_changed(received, mirror):
    assert write_copies() > 1
    assert write_copies() == 0
    received.title = "Trois jours"
    received.save()
    assert write_copies() == 1


def test_it_removes_what_was_taken_back(received, mirror, browser):
    write_copies()
    received.delete()
    write_copies()
    assert not (mirror / ITEM).exists()
    assert not list((mirror / SITE / "media").glob("*-480-*"))
    assert browser.get(f"http://localhost/mirror/{ITEM}").status == 404
    PublishedFrame.objects.all().delete()
    write_copies()
    assert not (mirror / SITE).exists()


def test_it_writes_all_again_after_the_folder_was_lost(received, mirror):
    count = write_copies()
    (mirror / SITE / ".written.json").unlink()
    assert write_copies() == count


def test_it_writes_a_damaged_page_again_and_nothing_else(received, mirror, browser):
    loop = CopiesLoop()
    loop()
    whole = read(mirror, ITEM)
    for ending in ("br", "gz"):
        (mirror / ITEM / f"index.html.{ending}").write_bytes(b"")
    assert browser.get(f"http://localhost/mirror/{ITEM}").status == 503
    assert loop() == 1
    assert read(mirror, ITEM) == whole
    assert browser.get(f"http://localhost/mirror/{ITEM}").status == 200
    assert not (mirror / "broken").exists()
    assert loop() == 0


def test_it_never_stands_in_for_a_site_of_this_node(make_news, baked, mirror):
    make_news("Deux jours")
    baked()
    assert write_copies() == 0
    assert not mirror.exists()


@pytest.mark.parametrize("visibility", ["home", "federation"])
def test_it_shows_public_records_only(received, mirror, visibility):
    PublishedPage.objects.filter(pk=received.pk).update(visibility=visibility)
    write_copies()
    assert not (mirror / ITEM).exists()


@pytest.mark.parametrize(
    "path", ["../../evil/", "fr/../../evil/", "/fr/", "fr/x/index.html", "fr//x/", "en/x/", "fr/x"]
)
def test_it_passes_over_a_path_that_leads_elsewhere(received, mirror, path):
    PublishedPage.objects.filter(pk=received.pk).update(path=path)
    before = set(mirror.parent.rglob("*"))
    write_copies()
    new = {str(each.relative_to(mirror.parent)) for each in mirror.parent.rglob("*")} - {
        str(each.relative_to(mirror.parent)) for each in before
    }
    assert all(name.split("/")[0] == "mirror" for name in new)
    assert not [name for name in new if "evil" in name or "deux-jours" in name]


def test_it_passes_over_a_site_or_a_file_with_a_name_that_leads_elsewhere(received, mirror):
    files = {"../../../x.html": next(iter(received.files.values())), ".hidden": ["x", 1]}
    PublishedPage.objects.filter(pk=received.pk).update(files=files)
    write_copies()
    assert not list((mirror / SITE / "media").rglob("*x.html"))
    PublishedFrame.objects.update(site="../evil")
    write_copies()
    assert not (mirror / SITE).exists()
    assert not (mirror / "evil").exists()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red" class="meta">a</p>', '<p class="meta">a</p>'),
        ('<form action="/desk/"><input name="password"></form>b', "b"),
        ('<iframe src="https://x.example/"></iframe>c', "c"),
        ('<meta http-equiv="refresh" content="0">d', "d"),
        ("<style>body{display:none}</style>e", "e"),
        ('<a href="javascript:alert(1)">f</a>', "<a>f</a>"),
        ('<a href="../../../desk/">g</a>', "<a>g</a>"),
        ('<a href="/desk/">h</a>', "<a>h</a>"),
        ('<a href="//x.example/">i</a>', "<a>i</a>"),
        ('<a href="../nouvelles/">j</a>', '<a href="../nouvelles/">j</a>'),
        ('<img src="https://x.example/a.png" alt="k">', "[Picture: k]"),
        (
            '<img src="../../media/a.webp" alt="l">',
            '<picture><img alt="l" src="../../media/a.webp"></picture>',
        ),
        ('<a href="../../media/a.pdf">m</a>', '<a href="https://o.example/media/a.pdf">m</a>'),
        ("<!-- n -->&lt;script&gt;", "&lt;script&gt;"),
        ("</main></html>o", "o"),
        ("<svg><script>p</script></svg>q", "q"),
    ],
)
def test_it_lets_through_what_our_own_templates_write(said, shown):
    assert fitted(said, "fr/a/", address="https://o.example", present={"a.webp"}) == shown


def test_it_splits_no_frame_at_marks_of_another_office(received, mirror):
    PublishedFrame.objects.update(menu=[["@@title@@", "fr/"], "x", ["a"], ["b", "/desk/"]])
    write_copies()
    html = read(mirror, ITEM)
    assert ">title</a>" in html
    assert "/desk/" not in html


def test_it_draws_each_language_with_its_words(make_news, home, news_list, mirror):
    item = make_news("Deux jours")
    translate(home, "en", title="Home")
    translate(news_list, "en", title="News", slug="news")
    translate(item, "en", title="Two days", slug="two-days")
    reconcile()
    for model in (PublishedFrame, PublishedPage):
        model.objects.update(home_office=OTHER)
    write_copies()
    html = read(mirror, f"{SITE}/en/news/two-days/")
    assert "Copy of Bamako office. Original: " in html
    assert 'href="../../../fr/nouvelles/deux-jours/" lang="fr"' in html


def test_it_lets_one_broken_page_or_frame_keep_no_other_back(received, mirror):
    broken = PublishedPage.objects.get(path="fr/nouvelles/")
    PublishedPage.objects.filter(pk=broken.pk).update(languages={"fr": 1}, files=[1], main="<a")
    PublishedFrame.objects.create(
        home_office=OTHER, site="second", language="fr", visibility="public", menu=7
    )
    write_copies()
    assert (mirror / ITEM).is_dir()


def test_it_lists_the_sites_of_other_offices(received, browser):
    assert browser.get("http://localhost/mirror/").html.count("<li>") == 0
    write_copies()
    assert f'<a href="{SITE}/">Bureau de Bamako</a>' in browser.get("http://localhost/mirror/").html
    answer = browser.get(f"http://localhost/mirror/{SITE}/", accept_language="fr")
    assert answer.headers["Location"] == f"/mirror/{SITE}/fr/"
    answer = browser.get(f"http://localhost/mirror/{ITEM.rstrip('/')}")
    assert answer.headers["Location"] == f"/mirror/{ITEM}"
    for hidden in (".written.json", "../sites.json", "fr/index.html.br", "fr/index.html"):
        assert browser.get(f"http://localhost/mirror/{SITE}/{hidden}").status == 404
    assert browser.get(f"http://localhost/mirror/{ITEM}", method="POST").status == 404
    assert browser.get("http://stranger.example/mirror/").status == 404


def test_it_never_lets_the_date_of_a_copy_run_back_or_ahead(db):
    now = timezone.now()
    for at in (now, now - timedelta(days=3), now + timedelta(days=900)):
        home_heard.send(None, office=OTHER, at=at, using="default")
    assert timezone.now() >= HeardOffice.objects.get().confirmed_at >= now


def test_it_drops_a_file_that_no_record_names(make_news, make_picture, baked, monkeypatch):
    page = make_news("Deux jours", picture=make_picture())
    baked()
    store = file_store()
    names = store.names()
    assert names
    assert store.drop_unused() == 0
    monkeypatch.setattr("kafo.records.files._KEPT_SECONDS", -1)
    assert store.drop_unused() == 0
    page.unpublish()
    baked()
    assert store.drop_unused() == len(names)
    assert store.names() == set()
    assert Picture.objects.count() == 1


def test_it_lists_the_copies_at_the_desk_for_those_who_may_see_sites(
    received, organization, client
):
    from kafo.people.enums import Role
    from kafo.people.models import Account, Person
    from kafo.people.services.mandates import give_mandate

    person = Person.objects.create(organization=organization, family_name="Fictive")
    account = Account.objects.create(username="lectrice", person=person)
    client.force_login(account)
    assert client.get("/desk/copies/").status_code == 404
    give_mandate(actor=None, person=person, role=Role.READER, organization=organization)
    home_heard.send(None, office=OTHER, at=datetime(2007, 7, 9, 12, tzinfo=UTC), using="default")
    write_copies()
    html = client.get("/desk/copies/").content.decode()
    assert f'href="/mirror/{SITE}/fr/"' in html
    assert "Bureau de Bamako" in html
    assert "2007" in html
    PublishedFrame.objects.update(address="javascript:alert(1)")
    assert "javascript:" not in client.get("/desk/copies/").content.decode()
