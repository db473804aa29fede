"""What publishing writes, and what it leaves alone."""

from kafo.publishing.tests.conftest import publish, read


def test_it_bakes_a_published_page(make_news, baked):
    make_news("Deux jours", author="Aminata Fictive")
    html = read(baked(), "bamako/fr/nouvelles/deux-jours/")
    print(html)
    print(read(baked(), "bamako/fr/nouvelles/deux-jours/texte/"))
    assert "<h1>Deux jours</h1>" in html
