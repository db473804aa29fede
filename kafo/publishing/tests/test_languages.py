"""A page has one state per language; only a declared change of meaning makes translations stale."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.utils.formats import date_format
from django.utils.translation import override

from kafo.publishing.models import HomePage, NewsPage, PlainPage, ProjectPage
from kafo.publishing.tests.conftest import add, publish, read, translate

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def english_list(home, news_list):
    translate(home, "en", title="Home")
    return translate(news_list, "en", title="News", slug="news")


@pytest.fixture
def pair(make_news, english_list):
    original = make_news("Deux jours")
    translation = translate(original, "en", title="Two days", slug="two-days")
    return original, translation


def again(page):
    return type(page).objects.get(pk=page.pk)


def test_it_bakes_each_language_in_its_own_words(pair, baked):
    folder = baked()
    english = read(folder, "bamako/en/news/two-days/")
    assert '<html lang="en">' in english
    assert "Bamako office" in english
    assert "Street 10, Bamako" in english
    assert 'aria-label="Languages"' in english
    french = read(folder, "bamako/fr/nouvelles/deux-jours/")
    assert '<html lang="fr">' in french
    assert "9 juillet 2007" in french


def test_it_offers_only_translations_that_exist(pair, make_news, baked):
    make_news("Seule")
    folder = baked()
    both = read(folder, "bamako/fr/nouvelles/deux-jours/")
    assert '<a href="../../../en/news/two-days/" lang="en" hreflang="en">English</a>' in both
    assert "Bamanankan" not in both
    assert 'hreflang="en"' not in read(folder, "bamako/fr/nouvelles/seule/")


def test_it_offers_a_translation_as_soon_as_it_is_published(make_news, english_list, baked):
    original = make_news("Deux jours")
    assert 'hreflang="en"' not in read(baked(), "bamako/fr/nouvelles/deux-jours/")
    translate(original, "en", title="Two days", slug="two-days")
    assert 'hreflang="en"' in read(baked(), "bamako/fr/nouvelles/deux-jours/")


def test_it_takes_the_offer_back_with_the_translation(pair, baked):
    original, translation = pair
    baked()
    translation.unpublish()
    assert 'hreflang="en"' not in read(baked(), "bamako/fr/nouvelles/deux-jours/")


def test_it_stays_fresh_when_a_letter_of_the_original_changes(pair, baked):
    original, translation = pair
    publish(original, title="Deux jours !")
    assert not again(translation).is_stale()
    assert "has changed" not in read(baked(), "bamako/en/news/two-days/")


def test_it_is_stale_after_a_declared_change_and_says_so_to_readers(pair, baked):
    original, translation = pair
    baked()
    publish(original, title="Trois jours", changes_meaning=True)
    assert again(translation).is_stale()
    html = read(baked(), "bamako/en/news/two-days/")
    assert 'class="note"' in html
    assert 'href="../../../fr/nouvelles/deux-jours/" lang="fr"' in html


def test_it_stays_stale_when_the_translation_is_published_for_another_reason(pair):
    original, translation = pair
    publish(original, changes_meaning=True)
    publish(again(translation), title="Two  days")
    assert again(translation).is_stale()


def test_it_is_fresh_again_when_its_translator_says_so(pair):
    original, translation = pair
    publish(original, changes_meaning=True)
    publish(again(translation), title="Three days", follows_source=True)
    assert not again(translation).is_stale()
    assert not again(translation).follows_source


def test_it_counts_a_declaration_once_and_dates_the_page(pair):
    original, _ = pair
    publish(original, changes_meaning=True)
    version = again(original).meaning_version
    assert again(original).updated_on is not None
    publish(again(original).get_latest_revision_as_object(), title="Encore")
    assert again(original).meaning_version == version
    assert not again(original).changes_meaning


def test_it_keeps_the_count_when_an_older_version_is_published_again(pair):
    original, translation = pair
    first = original.revisions.order_by("pk").first()
    publish(original, changes_meaning=True)
    first.publish()
    assert again(original).meaning_version == 2
    assert again(translation).is_stale()


def test_it_speaks_bambara_which_django_does_not_know(home, news_list, baked):
    translate(home, "bm", title="Daminɛ")
    below = translate(news_list, "bm", title="Kibaruyaw", slug="kibaruyaw")
    add(below, NewsPage(title="Kungo kalanso", slug="kungo-kalanso", news_on=date(2007, 6, 18)))
    folder = baked()
    html = read(folder, "bamako/bm/kibaruyaw/kungo-kalanso/")
    assert '<html lang="bm">' in html
    assert "18 zuwɛn 2007" in html
    assert ">Ɲini</a>" in html
    assert ">Bamanankan</a>" in read(folder, "bamako/fr/")
    assert read(folder, "bamako/bm/feed.atom")


def test_it_marks_the_french_words_of_a_bambara_page_as_french(
    home, news_list, make_picture, make_document, baked, browser
):
    translate(home, "bm", title="Daminɛ")
    below = translate(news_list, "bm", title="Kibaruyaw", slug="kibaruyaw")
    item = {"author": "Aminata Fictive", "translator": "Modibo Exemple"}
    item |= {"picture": make_picture(), "picture_caption": "Ja"}
    item["body"] = [("document", make_document(b"x" * 2000))]
    add(below, NewsPage(title="Kalanso", slug="kalanso", news_on=date(2007, 6, 18), **item))
    add(below, ProjectPage(title="Baara", slug="baara", where="Kati", starts_on=date(2007, 6, 1)))
    folder = baked()
    page = "bamako/bm/kibaruyaw/kalanso/"
    for html, words in (
        (read(folder, page), ["Version texte", "Fil Atom", "aucun cookie", "utile", "Par Aminata"]),
        (read(folder, f"{page}texte/"), ["Version avec images", "Par Aminata"]),
        (browser.get("http://bamako.localhost:8000/bm/none/").html, ["pas ici", "Retour"]),
    ):
        for said in words:
            assert spoken(html, said) == "fr", said
        assert spoken(html, "Kibaruyaw") == "bm"
    for said, language in (
        ("zuwɛn 2007", "bm"),
        ("Ja", "bm"),
        ("Atelier Kafo", "fr"),
        ("2 ko", "fr"),
    ):
        assert spoken(read(folder, page), said) == language, said
    project = read(folder, "bamako/bm/kibaruyaw/baara/")
    for said, language in (("Kati", "bm"), ("en cours", "fr"), ("depuis", "fr")):
        assert spoken(project, said) == language, said
    assert spoken(read(folder, page), "Ɲini") == "bm"


def spoken(html: str, words: str) -> str:
    """Give the language in which a reader's voice says `words` of a page."""
    said = BeautifulSoup(html, "html.parser").find(string=re.compile(words))
    return str(said.find_parent(lang=True)["lang"])


def test_it_leads_from_each_language_to_the_privacy_page_if_only_another_one_has_it(
    home, news_list, baked
):
    translate(home, "en", title="Home")
    translate(home, "bm", title="Daminɛ")
    privacy = add(home, PlainPage(title="Vie privée", slug="vie-privee", in_footer=True))
    folder = baked()
    link = '<a href="../fr/vie-privee/" lang="fr" hreflang="fr">Vie privée</a>'
    assert link in read(folder, "bamako/en/")
    assert link in read(folder, "bamako/bm/")
    translate(privacy, "en", title="Privacy", slug="privacy")
    folder = baked()
    assert '<a href="../en/privacy/">Privacy</a>' in read(folder, "bamako/en/")
    assert link not in read(folder, "bamako/en/")
    privacy.refresh_from_db()
    privacy.unpublish()
    assert "privee" not in read(baked(), "bamako/bm/")


def test_it_says_the_first_of_a_month_as_french_does():
    days = (date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 21))
    with override("fr"):
        assert [date_format(day) for day in days] == [
            "1er octobre 2026", "2 octobre 2026", "21 octobre 2026",
        ]  # fmt: skip
    with override("bm"):
        assert date_format(days[0]).startswith("1 ")
    with override("en"):
        assert date_format(days[0], "jS") == "1st"


def test_it_bakes_nothing_in_a_language_that_the_site_does_not_have(site, home, baked):
    translate(home, "bm", title="Daminɛ")
    site.locales = ["fr", "en"]
    site.save()
    folder = baked()
    assert not (folder / "bamako/bm").exists()


def test_it_feeds_the_news_of_one_language(pair, make_news, baked):
    make_news("Séminaire & suite", news_on=date(2007, 6, 15), author="Aminata Fictive")
    feed = ElementTree.fromstring(read(baked(), "bamako/fr/feed.atom"))
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles == ["Deux jours", "Séminaire & suite"]
    assert feed.findtext(f"{ATOM}id") == "http://bamako.localhost:8000/fr/feed.atom"
    assert feed.findtext(f"{ATOM}updated").startswith("2007-07-09T00:00:00")
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id").startswith("urn:uuid:")
    link = entry.find(f"{ATOM}link").get("href")
    assert link == "http://bamako.localhost:8000/fr/nouvelles/deux-jours/"


def test_it_lets_a_reader_stay_in_the_text_view(pair, baked):
    text = read(baked(), "bamako/en/news/two-days/texte/")
    assert 'href="../../texte/"' in text
    assert 'href="../../../../fr/nouvelles/deux-jours/texte/" lang="fr"' in text
    assert 'href="../"' in text
    assert "<img" not in text


def test_it_names_pictures_in_the_text_view_by_their_words(make_news, make_picture, baked):
    picture = make_picture(alternatives={"fr": "Un pont au soir"})
    block = ("picture", {"picture": picture, "alternative": "", "caption": ""})
    make_news("Deux jours", body=[block])
    text = read(baked(), "bamako/fr/nouvelles/deux-jours/texte/")
    assert "Un pont au soir" in text
    assert "<img" not in text


def test_it_gives_the_home_page_of_each_language(pair, site):
    assert set(site.homes()) == {"fr", "en"}
    assert HomePage.objects.count() == 2
