"""What publishing writes, what it leaves alone, and what a crash cannot break."""

import json
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from wagtail.models import Page

from kafo.publishing.baking import pages as baking_pages
from kafo.publishing.baking.reconcile import (
    BakingLoop,
    bake_due,
    baked_together,
    find_due,
    join_due,
    publish_scheduled,
    reconcile,
    sweep_files,
)
from kafo.publishing.models import (
    BakedPage,
    DocumentPage,
    ListPage,
    NewsPage,
    Picture,
    PlainPage,
    PublicSite,
)
from kafo.publishing.tests.conftest import add, publish, read, translate

ITEM = "bamako/fr/nouvelles/deux-jours/"


def stamps(folder: Path) -> dict[str, int]:
    return {str(file.relative_to(folder)): file.stat().st_mtime_ns for file in folder.rglob("*.br")}


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name, stamp in after.items() if before.get(name) != stamp}


def test_it_bakes_a_page_as_soon_as_the_commit_is_done(
    make_news, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        make_news("Deux jours", author="Aminata Fictive")
    html = read(Path(settings.KAFO_BAKED), ITEM)
    assert "<h1>Deux jours</h1>" in html
    assert "Aminata Fictive" in html
    assert '<time datetime="2007-07-09">9 juillet 2007</time>' in html


def test_it_bakes_pages_written_together_once_and_with_links_to_each_other(
    make_news, news_list, home, settings, monkeypatch, django_capture_on_commit_callbacks
):
    bakes = []
    bake_row = baking_pages.bake_row

    def count(row, **options):
        bakes.append(row.path)
        return bake_row(row, **options)

    monkeypatch.setattr("kafo.publishing.baking.reconcile.bake_row", count)
    monkeypatch.setattr(baking_pages, "bake_row", count)
    with baked_together(), django_capture_on_commit_callbacks(execute=True):
        page = make_news("Deux jours")
        translate(home, "en", title="Home")
        translate(news_list, "en", title="News", slug="news")
        translate(page, "en", title="Two days", slug="two-days")
    assert sorted(bakes) == sorted(set(bakes))
    folder = Path(settings.KAFO_BAKED)
    assert "Two days" in read(folder, "bamako/en/news/two-days/")
    assert 'hreflang="en"' in read(folder, ITEM)
    assert "Deux jours" in read(folder, "bamako/fr/nouvelles/")
    assert not BakedPage.objects.filter(due__gt=0).exists()


def test_it_shows_readers_what_is_published_and_not_the_draft(make_news, baked):
    page = make_news("Deux jours")
    page.title = "Ébauche"
    page.save_revision()
    assert "Ébauche" not in read(baked(), ITEM)


def test_it_links_relatively_so_that_a_page_works_anywhere(make_news, baked):
    make_news("Deux jours")
    html = read(baked(), ITEM).replace('<link rel="canonical" href="http', "")
    assert 'href="/' not in html
    assert 'href="http' not in html
    assert 'src="/' not in html


def test_it_has_no_script_and_no_inline_handler(make_news, baked):
    make_news(body=[("paragraph", '<p onclick="x()">a<script>alert(1)</script></p>')])
    html = read(baked(), ITEM)
    assert "<script" not in html
    assert "onclick" not in html


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"]
)
def test_it_drops_links_that_run_code(make_news, baked, href):
    make_news(body=[("paragraph", f'<p><a href="{href}">a</a></p>')])
    assert href not in read(baked(), ITEM)


def test_it_gives_each_body_block_its_form(make_news, make_picture, baked):
    picture = make_picture(alternatives={"fr": "Un pont", "en": "A bridge"})
    make_news(
        body=[
            ("heading", "Accompagner"),
            ("paragraph", "<p><b>Ensemble</b>, pas <i>pour</i> eux.</p>"),
            ("picture", {"picture": picture, "alternative": "", "caption": "Le fleuve"}),
            ("quote", {"text": "On n’apprend pas à nager pour un autre.", "source": "Modibo"}),
            ("link", {"text": "Le réseau", "address": "https://example.org/"}),
        ]
    )
    html = read(baked(), ITEM)
    assert "<h2>Accompagner</h2>" in html
    assert 'alt="Un pont"' in html
    assert "Le fleuve" in html
    assert "Atelier Kafo (CC BY-SA 4.0)" in html
    assert "<blockquote" in html
    assert '<a href="https://example.org/">Le réseau</a>' in html


def test_it_puts_the_style_into_each_page_as_it_was_written(make_news, baked):
    make_news()
    html = read(baked(), ITEM)
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "body>header" in style
    assert "&" not in style


def test_it_offers_each_picture_in_two_formats_and_several_widths(make_news, make_picture, baked):
    make_news(picture=make_picture())
    folder = baked()
    html = read(folder, ITEM)
    assert (html.count(".avif "), html.count(".webp ")) == (3, 2)
    assert 'width="800" height="600"' in html
    names = [part.split('"')[0].split(" ")[0] for part in html.split("media/")[1:]]
    assert all((folder / "bamako" / "media" / name).is_file() for name in names)


def test_it_loads_the_first_picture_at_once_and_the_others_late(make_news, make_picture, baked):
    picture = make_picture()
    block = ("picture", {"picture": picture, "alternative": "", "caption": ""})
    make_news(picture=picture, body=[block, block])
    assert read(baked(), ITEM).count('loading="lazy"') == 2


def test_it_makes_renditions_when_a_picture_is_added_not_when_it_is_read(make_picture):
    picture = make_picture()
    reconcile()
    picture.refresh_from_db()
    assert picture.renditions_made
    assert picture.renditions.count() == 10


def test_it_bakes_only_what_shows_a_page_again_when_its_text_changes(make_news, baked):
    page = make_news("Deux jours")
    make_news("Autre")
    before = stamps(baked())
    publish(page, body=[("paragraph", "<p>Neuf</p>")])
    assert changed(before, stamps(baked())) == {
        f"{ITEM}index.html.br",
        f"{ITEM}texte/index.html.br",
    }


def test_it_bakes_lists_and_home_again_when_a_title_changes(make_news, baked):
    page = make_news("Deux jours")
    make_news("Autre")
    before = stamps(baked())
    publish(page, title="Trois jours")
    touched = changed(before, stamps(baked()))
    assert "bamako/fr/nouvelles/index.html.br" in touched
    assert "bamako/fr/index.html.br" in touched
    assert "bamako/fr/feed.atom.br" in touched
    assert "bamako/fr/nouvelles/autre/index.html.br" not in touched


def test_it_joins_pages_anew_when_the_menu_changes_but_renders_none(make_news, home, baked):
    make_news("Deux jours")
    about = add(home, PlainPage(title="À propos", slug="a-propos"))
    before = stamps(baked())
    baked_at = BakedPage.objects.get(path="fr/nouvelles/deux-jours/").baked_at
    publish(about, show_in_menus=True)
    touched = changed(before, stamps(baked()))
    assert f"{ITEM}index.html.br" in touched
    assert f"{ITEM}texte/index.html.br" not in touched
    assert ">À propos</a>" in read(baked(), ITEM)
    assert BakedPage.objects.get(path="fr/nouvelles/deux-jours/").baked_at == baked_at


def test_it_leaves_the_other_language_alone_when_a_menu_changes(make_news, home, news_list, baked):
    translate(home, "en", title="Home")
    translate(news_list, "en", title="News", slug="news")
    before = stamps(baked())
    publish(news_list, title="Actualités")
    touched = changed(before, stamps(baked()))
    assert not [name for name in touched if name.startswith("bamako/en/")]


def test_it_leaves_all_other_pages_alone_when_a_page_outside_the_menu_comes(make_news, home, baked):
    make_news("Deux jours")
    before = stamps(baked())
    add(home, PlainPage(title="Caché", slug="cache"))
    touched = changed(before, stamps(baked()))
    assert touched == {
        "bamako/fr/cache/index.html.br",
        "bamako/fr/cache/texte/index.html.br",
        "bamako/sitemap.xml.br",
    }


def test_it_puts_pages_marked_so_at_the_foot_and_takes_them_away_again(make_news, home, baked):
    make_news("Deux jours")
    page = add(home, PlainPage(title="Vie privée", slug="vie-privee", in_footer=True))
    assert "Vie privée" in read(baked(), ITEM)
    publish(page, in_footer=False)
    assert "Vie privée" not in read(baked(), ITEM)


def test_it_lists_twenty_a_page(make_news, news_list, baked):
    for number in range(21):
        make_news(f"Nouvelle {number}", news_on=date(2007, 1, 1) + timedelta(days=number))
    folder = baked()
    first, second = read(folder, "bamako/fr/nouvelles/"), read(folder, "bamako/fr/nouvelles/2/")
    assert first.count("<li>") == 20
    assert first.index("Nouvelle 20<") < first.index("Nouvelle 19<")
    assert "Nouvelle 0<" in second
    assert 'href="2/"' in first


def test_it_takes_the_last_page_of_a_list_away_when_it_is_empty(make_news, baked):
    pages = [make_news(f"Nouvelle {number}") for number in range(21)]
    assert (baked() / "bamako/fr/nouvelles/2").is_dir()
    pages[0].unpublish()
    folder = baked()
    assert not (folder / "bamako/fr/nouvelles/2").exists()
    moved = json.loads((folder / "bamako/redirects.json").read_bytes())
    assert moved["fr/nouvelles/2/"] == "fr/nouvelles/"


def test_it_turns_a_link_to_a_page_that_went_into_text(make_news, baked):
    target = make_news("Cible")
    make_news(body=[("paragraph", f'<p><a linktype="page" id="{target.pk}">voir</a></p>')])
    assert '<a href="../cible/">voir</a>' in read(baked(), ITEM)
    target.unpublish()
    html = read(baked(), ITEM)
    assert "voir" in html
    assert "cible" not in html


def test_it_follows_a_page_that_moves(make_news, home, baked):
    target = make_news("Cible")
    make_news(body=[("paragraph", f'<p><a linktype="page" id="{target.pk}">voir</a></p>')])
    archive = add(home, ListPage(title="Archives", slug="archives"))
    baked()
    target.move(archive, pos="last-child")
    folder = baked()
    assert '<a href="../../archives/cible/">voir</a>' in read(folder, ITEM)
    assert not (folder / "bamako/fr/nouvelles/cible").exists()


def test_it_moves_all_pages_below_when_a_list_gets_another_address(make_news, news_list, baked):
    make_news("Deux jours")
    baked()
    publish(news_list, slug="actualites")
    folder = baked()
    assert read(folder, "bamako/fr/actualites/deux-jours/")
    assert not (folder / "bamako/fr/nouvelles").exists()


def test_it_bakes_a_document_with_its_size_and_price(home, baked, make_document):
    files = add(home, ListPage(title="Documents", slug="documents", listed="documents"))
    document = make_document(b"%PDF-1.4" + b"x" * 500_000)
    add(files, DocumentPage(title="Fiche", slug="fiche", document=document, pages_count=3))
    html = read(baked(), "bamako/fr/documents/fiche/")
    assert "2 FCFA" in html
    assert "500" in html
    assert "download" in html


def test_it_bakes_again_after_a_crash_what_was_not_finished(
    make_news, settings, monkeypatch, django_capture_on_commit_callbacks
):
    def crash(*args, **kwargs):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(baking_pages, "write_compressed", crash)
        with django_capture_on_commit_callbacks(execute=True):
            page = make_news("Deux jours")
        assert page.live
        bake_due()
        assert BakedPage.objects.get(page=page).due > 0
    reconcile()
    assert read(Path(settings.KAFO_BAKED), ITEM)


def test_it_finds_at_start_pages_that_nobody_marked(make_news, baked):
    page = make_news("Deux jours")
    baked()
    NewsPage.objects.filter(pk=page.pk).update(title="Trois jours", live_revision=None)
    Page.objects.filter(pk=page.pk).update(live_revision=None)
    assert find_due() > 0
    assert "Trois jours" in read(baked(), ITEM)


def test_it_bakes_all_again_when_the_folder_is_lost(make_news, baked):
    make_news("Deux jours")
    folder = baked()
    (folder / "bamako").rename(folder.parent / "away")
    assert read(baked(), ITEM)


@pytest.mark.parametrize("name", ["index.html.br", "texte/index.html.gz", "../../feed.atom.br"])
def test_it_finds_at_start_files_that_a_power_cut_left_empty(make_news, baked, name):
    make_news("Deux jours")
    folder = baked()
    whole = (folder / ITEM / name).resolve().read_bytes()
    (folder / ITEM / name).resolve().write_bytes(b"")
    baked()
    assert len((folder / ITEM / name).resolve().read_bytes()) == len(whole)


def test_it_counts_nothing_as_baked_before_it_is_on_the_disk(
    make_news, news_list, baked, monkeypatch
):
    def power_cut(*args):
        raise OSError("power cut")

    make_news("Deux jours")
    baked()
    frames = set(BakedPage.objects.values_list("frame", flat=True))
    with monkeypatch.context() as patch:
        patch.setattr(baking_pages, "sync_disk", power_cut)
        patch.setattr("kafo.publishing.baking.reconcile.sync_disk", power_cut)
        page = make_news("Trois jours")
        with pytest.raises(OSError, match="power cut"):
            bake_due()
        assert BakedPage.objects.get(page=page).due > 0
        publish(news_list, title="Tout ce qui est neuf")
        baking_pages.refresh_frame(BakedPage.objects.get(page=page).site, "fr")
        with pytest.raises(OSError, match="power cut"):
            join_due()
        assert set(BakedPage.objects.exclude(frame="").values_list("frame", flat=True)) <= frames
    baked()
    assert "Tout ce qui est neuf" in read(baked(), ITEM)
    assert not BakedPage.objects.filter(due__gt=0)


def test_it_settles_a_page_once_when_two_bake_it_at_the_same_time(make_news, baked):
    page = make_news("Deux jours")
    baked()
    row = BakedPage.objects.get(page=page)
    baking_pages.expect_page(page)
    slow = baking_pages.bake_row(row)
    baking_pages.expect_page(page)
    baking_pages.settle([baking_pages.bake_row(row)])
    baking_pages.mark_due(f"address:{page.pk}", f"translations:{page.translation_key}")
    baking_pages.settle([slow])
    row.refresh_from_db()
    assert row.due == 1


def test_it_loses_no_change_that_comes_while_a_page_is_being_baked(make_news, baked, monkeypatch):
    page = make_news("Deux jours")
    baked()
    real = baking_pages.render_page

    def slow(*args, **kwargs):
        made = real(*args, **kwargs)
        baking_pages.mark_due(f"address:{page.pk}", f"translations:{page.translation_key}")
        return made

    row = BakedPage.objects.get(page=page)
    with monkeypatch.context() as patch:
        patch.setattr(baking_pages, "render_page", slow)
        baking_pages.expect_page(page)
        baking_pages.settle([baking_pages.bake_row(row)])
    row.refresh_from_db()
    assert row.due == 1


def test_it_publishes_at_the_time_set_and_takes_away_at_the_other(make_news, baked):
    page = make_news("Deux jours")
    baked()
    page.title = "Plus tard"
    page.go_live_at = timezone.now() + timedelta(days=1)
    revision = page.save_revision()
    revision.publish()
    assert "Plus tard" not in read(baked(), ITEM)
    type(revision).objects.filter(pk=revision.pk).update(
        approved_go_live_at=timezone.now() - timedelta(seconds=1)
    )
    content = {**revision.content, "go_live_at": None}
    type(revision).objects.filter(pk=revision.pk).update(content=content)
    assert publish_scheduled() == 1
    assert "Plus tard" in read(baked(), ITEM)
    NewsPage.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    assert publish_scheduled() == 1
    assert not (baked() / ITEM).exists()


def test_it_keeps_the_sites_of_a_node_apart(make_news, organization, baked):
    from kafo.publishing.models import HomePage
    from kafo.publishing.services.sites import create_site

    make_news("Deux jours")
    other = create_site(
        slug="amm", organization=organization, hosts=["amm.localhost"], name={"fr": "AMM"}
    )
    publish(HomePage.objects.get(pk=other.wagtail_site.root_page_id), title="AMM")
    folder = baked()
    assert read(folder, "amm/fr/")
    assert not (folder / "amm/fr/nouvelles").exists()
    assert PublicSite.objects.count() == 2


def test_it_withdraws_pictures_with_the_last_page_that_shows_them(make_news, make_picture, baked):
    picture = make_picture()
    pages = [make_news(title, picture=picture) for title in ("Deux jours", "Trois jours")]
    folder = baked()
    files = set((folder / "bamako/media").iterdir())
    assert len(files) > 6
    pages[0].unpublish()
    baked()
    assert set((folder / "bamako/media").iterdir()) == files
    publish(pages[1], picture=None)
    baked()
    assert not list((folder / "bamako/media").iterdir())


def test_it_sweeps_away_what_a_crash_left_but_nothing_fresh(
    make_news, make_picture, baked, monkeypatch
):
    make_news("Deux jours", picture=make_picture())
    media = baked() / "bamako/media"
    shown = set(media.iterdir())
    draft = media.parent / "fr/.index.html.br.123"
    draft.write_bytes(b"half")
    (media / "9-800-fedcba98.avif").write_bytes(b"linked, and never noted")
    later = time.time() + 2 * 3600
    assert sweep_files() == 0
    monkeypatch.setattr(time, "time", lambda: later)
    assert sweep_files() == 2
    assert set(media.iterdir()) == shown
    assert not draft.exists()


def test_it_bakes_although_a_picture_cannot_be_read(make_news, make_picture, settings):
    make_news("Deux jours")
    picture = make_picture()
    Path(picture.file.path).write_bytes(b"no picture")
    Picture.objects.filter(pk=picture.pk).update(renditions_made=False)
    picture.renditions.all().delete()
    BakingLoop()()
    assert "Deux jours" in read(Path(settings.KAFO_BAKED), ITEM)
    assert not Picture.objects.get(pk=picture.pk).renditions_made
