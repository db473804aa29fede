"""The register of processing under four laws."""

from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from kafo.people.declarations import LAWS
from kafo.people.enums import Purpose
from kafo.people.models import Processing
from kafo.people.protection import personal_fields
from kafo.people.queries import privacy_statement
from kafo.people.queries.declarations import declaration
from kafo.people.queries.protection import processings_of
from kafo.people.services.protection import change_processing
from kafo.records.errors import NotVisible


def content(client, cast, law, kind):
    client.force_login(cast["director"])
    answer = client.get(reverse("account:declaration", args=[cast.office.pk, law, kind]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("kind", ["html", "csv", "txt"])
@pytest.mark.parametrize("law", LAWS)
def test_it_lists_every_personal_field_of_the_code_in_each_export(client, cast, law, kind):
    text = unescape(content(client, cast, law, kind)).replace(" / ", " · ")
    with translation.override("fr"):
        for entry in personal_fields():
            assert f" · {entry.label} · " in text, entry


def test_it_calls_no_field_by_its_name_in_the_code():
    with translation.override("fr"):
        bare = {each.key for each in personal_fields() if each.label == each.name.replace("_", " ")}
    alike = {"people.person.note", "publishing.reviewtask.minutes", "wagtailcore.pagelogentry.page"}
    assert bare <= alike


@pytest.mark.parametrize("law", LAWS)
def test_it_answers_every_heading_of_the_law(cast, law):
    entries = declaration(cast.office, LAWS[law])
    assert len(entries) == len(Purpose)
    for entry in entries:
        assert [heading for heading, _answers in entry.answers] == [
            str(heading) for heading, _kind in LAWS[law].headings
        ]
        assert all(answers and all(answers) for _heading, answers in entry.answers)


def test_it_names_source_and_authority_of_each_law():
    assert set(LAWS) == {"ml", "sn", "ch", "eu"}
    assert all(str(law.source) and str(law.authority) for law in LAWS.values())


def test_it_stores_only_what_the_office_wrote_itself(client, cast):
    assert not Processing.objects.exists()
    client.force_login(cast["director"])
    address = reverse("account:processing", args=[cast.office.pk, "contact"])
    assert client.get(address).status_code == 200
    values = {
        "description_fr": "Joindre les membres",
        "legal_basis": "consent",
        "retention_months": "6",
        "declaration_number": "APDP 12",
    }
    answer = client.post(address, values)
    assert answer.status_code == 302
    stored = Processing.objects.get()
    assert (stored.retention_months, stored.declaration_number) == (6, "APDP 12")
    assert "Joindre les membres" in content(client, cast, "ml", "txt")
    assert len(processings_of(cast.office)) == len(Purpose)


@pytest.mark.parametrize("name", ["board", "editor", "technician", "coordinator", "reader"])
def test_it_shows_the_register_only_to_those_who_protect(client, cast, name):
    client.force_login(cast[name])
    assert client.get(reverse("account:register")).status_code == 404
    address = reverse("account:declaration", args=[cast.office.pk, "ml", "csv"])
    assert client.get(address).status_code == 404
    with pytest.raises(NotVisible):
        change_processing(
            actor=cast[name], organization=cast.office, purpose="contact", retention_months=1
        )
    assert not Processing.objects.exists()


def test_it_hides_the_register_of_others(client, cast):
    client.force_login(cast["director"])
    for organization in (cast.amm, cast.federation):
        for address in (
            reverse("account:declaration", args=[organization.pk, "ml", "html"]),
            reverse("account:processing", args=[organization.pk, "contact"]),
        ):
            assert client.get(address).status_code == 404
    assert client.get(reverse("account:register")).status_code == 200


def test_it_knows_no_other_law_purpose_or_kind(client, cast):
    client.force_login(cast["director"])
    for law, kind in (("us", "html"), ("ml", "pdf")):
        address = reverse("account:declaration", args=[cast.office.pk, law, kind])
        assert client.get(address).status_code == 404
    address = reverse("account:processing", args=[cast.office.pk, "selling"])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_gives_the_words_of_the_privacy_page(cast, language):
    statement = privacy_statement(cast.office, language)
    assert all(heading and paragraphs for heading, paragraphs in statement)
    assert "Bureau" in str(statement)
    assert "2013-015" in str(statement)
