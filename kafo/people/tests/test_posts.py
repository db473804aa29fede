"""Job descriptions: the shared text moves, the office sees how, and adopts or declines."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kafo.people.enums import Cefr, Level
from kafo.people.models import Account, Membership, Post, PostTemplate, Skill
from kafo.people.queries.differences import difference
from kafo.people.queries.posts import differences, latest_version, moved, text_of
from kafo.people.services.posts import (
    add_post,
    add_template,
    adopt_version,
    change_post,
    decline_version,
    drop_requirement,
    publish_version,
    set_requirement,
)
from kafo.people.views.posts import PostList, places_words, shared_state
from kafo.records.errors import NotVisible, Refused
from kafo.records.languages import Translated

FIRST = Translated(fr="Tenir le site du bureau.\n\n- Vérifier chaque fait.")
SECOND = Translated(fr="Tenir les sites du bureau.\n\n- Vérifier chaque fait.\n- Citer la source.")


@pytest.fixture
def template(cast: Any) -> PostTemplate:
    return add_template(actor=cast["director"], title=Translated(fr="Rédaction"), text=FIRST)


@pytest.fixture
def post(cast: Any, template: PostTemplate) -> Post:
    return add_post(actor=cast["coordinator"], organization=cast.office, template=template)


def state(post: Post) -> str:
    return shared_state(PostList().get_rows().get(pk=post.pk))


def test_it_shows_the_difference_word_by_word():
    lines = difference(FIRST["fr"], SECOND["fr"])
    assert lines == [
        [
            ("same", "Tenir "),
            ("del", "le"),
            ("ins", "les"),
            ("same", " "),
            ("del", "site"),
            ("ins", "sites"),
            ("same", " du bureau."),
        ],
        [("same", "- Vérifier chaque fait.")],
        [("ins", "- Citer la source.")],
    ]


def test_it_starts_from_the_last_version_of_the_shared_text(post):
    assert (post.adopted_version, post.title) == (1, Translated(fr="Rédaction"))
    assert text_of(post) == FIRST
    assert not moved(Post.objects.all()).exists()


def test_it_keeps_the_old_text_until_the_office_has_answered(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND, note="Sources.")
    assert moved(Post.objects.all()).get() == post
    assert text_of(post) == FIRST
    assert "2" in state(post)


def test_it_adopts_the_shared_words_as_they_stand(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND)
    adopt_version(actor=cast["board"], post=post, number=2, text=SECOND)
    assert (post.adopted_version, post.text) == (2, {})
    assert text_of(post) == SECOND
    assert not moved(Post.objects.all()).exists()


def test_it_adopts_with_words_of_the_office_which_stay_editable(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND)
    own = Translated(fr=SECOND["fr"] + "\n- Et en bambara.")
    adopt_version(actor=cast["director"], post=post, number=2, text=own)
    assert text_of(post) == own
    change_post(actor=cast["coordinator"], post=post, text=Translated(fr="Autrement."))
    assert text_of(post) == {"fr": "Autrement."}


def test_it_declines_with_a_reason_and_can_change_its_mind(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND)
    with pytest.raises(Refused, match="why"):
        decline_version(actor=cast["director"], post=post, number=2, reason=" ")
    decline_version(actor=cast["director"], post=post, number=2, reason="Trop de travail.")
    assert not moved(Post.objects.all()).exists()
    assert text_of(post) == FIRST
    adopt_version(actor=cast["director"], post=post, number=2)
    assert (post.declined_version, post.declined_reason) == (0, "")
    publish_version(actor=cast["director"], template=template, text=FIRST)
    assert moved(Post.objects.all()).exists()


def test_it_does_not_answer_a_version_that_is_no_longer_the_last(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND)
    publish_version(actor=cast["director"], template=template, text=FIRST)
    with pytest.raises(Refused, match="Version 3"):
        adopt_version(actor=cast["director"], post=post, number=2)


def test_it_leaves_the_decision_to_director_and_board(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND)
    for who in ("coordinator", "editor", "reader", "amm_director"):
        with pytest.raises(NotVisible):
            adopt_version(actor=cast[who], post=post, number=2)


def test_it_compares_with_the_own_text_too(cast, template, post):
    change_post(actor=cast["coordinator"], post=post, text=Translated(fr="Tenir le site."))
    version = publish_version(actor=cast["director"], template=template, text=SECOND)
    (french,) = differences(post, version)
    assert french.has_own
    assert ("ins", "- Citer la source.") in [part for line in french.own for part in line]


def test_it_publishes_nothing_empty_and_nothing_twice(cast, template):
    with pytest.raises(Refused, match="no text"):
        publish_version(actor=cast["director"], template=template, text=Translated())
    with pytest.raises(Refused, match="Nothing has changed"):
        publish_version(actor=cast["director"], template=template, text=FIRST)
    with pytest.raises(NotVisible):
        publish_version(actor=cast["amm_director"], template=template, text=SECOND)
    assert template.versions.count() == 1


def test_it_decides_at_the_desk_without_a_script(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND)
    client = Client()
    client.force_login(cast["director"])
    url = reverse("people:post-difference", args=[post.pk])
    page = client.get(url).content.decode()
    assert "<del>" in page
    assert "<ins>" in page
    declined = {"decision": "decline", "number": 2, "reason": ""}
    answer = client.post(url, declined)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.index('id="errors"') < page.index("<ins>")  # seen before the long texts
    assert client.post(url, {**declined, "reason": "Trop tôt."}).status_code == 302
    post.refresh_from_db()
    assert (post.declined_version, post.declined_reason) == (2, "Trop tôt.")
    adopted = {"decision": "adopt", "number": 2, "text_fr": SECOND["fr"], "text_en": ""}
    assert client.post(url, adopted).status_code == 302
    post.refresh_from_db()
    assert (post.adopted_version, post.text) == (2, {})


def test_it_hides_the_decision_from_those_who_may_only_read(cast, template, post):
    publish_version(actor=cast["director"], template=template, text=SECOND)
    client = Client()
    client.force_login(cast["reader"])
    url = reverse("people:post-difference", args=[post.pk])
    assert b'name="decision"' not in client.get(url).content
    assert client.post(url, {"decision": "adopt", "number": 2}).status_code == 404
    post.refresh_from_db()
    assert post.adopted_version == 1


def test_it_asks_for_a_skill_or_a_language_once(cast, post):
    skill = Skill.objects.create(name={"fr": "Serveur"})
    set_requirement(actor=cast["director"], post=post, skill=skill, level=Level.BEGINS)
    asked = set_requirement(actor=cast["director"], post=post, skill=skill, level=Level.TEACHES)
    set_requirement(actor=cast["director"], post=post, language="bm", cefr=Cefr.B2)
    assert post.requirements.count() == 2
    with pytest.raises(Refused, match="one at a time"):
        set_requirement(actor=cast["director"], post=post)
    drop_requirement(actor=cast["coordinator"], requirement=asked)
    assert post.requirements.get().language == "bm"


def test_it_has_no_shared_text_when_the_office_writes_its_own(cast):
    post = add_post(
        actor=cast["director"], organization=cast.office, title=Translated(fr="Cuisine")
    )
    assert latest_version(post) is None
    with pytest.raises(Refused, match="shares no text"):
        adopt_version(actor=cast["director"], post=post, number=1)


@pytest.mark.parametrize(
    ("seats", "held", "is_sought", "words"),
    [
        (1, 0, True, "vacant · somebody is looked for"),
        (1, 0, False, "vacant"),
        (1, 1, False, "filled"),
        (2, 0, False, "2 vacant places of 2"),
        (2, 1, True, "1 vacant place of 2 · somebody is looked for"),
        (2, 2, False, "filled"),
    ],
)
def test_it_reads_like_a_vacancy(cast, seats, held, is_sought, words):
    post = Post.objects.create(
        organization=cast.office, title={"fr": "Poste"}, seats=seats, is_sought=is_sought
    )
    for name in ("editor", "reader")[:held]:
        Membership.objects.create(person=cast.person(name), post=post)
    with translation.override("en"):
        assert places_words(PostList().get_rows().get(pk=post.pk)) == words


def test_it_asks_nothing_about_a_version_that_is_adopted(cast, post):
    Account.objects.update(language="en")
    client = Client()
    client.force_login(cast["director"])
    page = client.get(reverse("people:post-difference", args=[post.pk])).content.decode()
    assert "nothing waits for an answer" in page
    assert 'name="decision"' not in page
