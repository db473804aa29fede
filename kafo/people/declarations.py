"""The four laws under which an office declares what it does with personal data.

Each law asks for its own headings; the words are ours, the order is that of the law. The register
is the same for all. Sources:
- Mali: law 2013-015 of 21 May 2013, amended by law 2017-070 of 18 December 2017. Its text and the
  forms of the authority (APDP, apdp.ml) were not at hand: the headings are those of article 7 of
  the ECOWAS supplementary act A/SA.1/01/10 of 16 February 2010, on which West African laws are
  built (ictpolicyafrica.org/en/document/z69cbq7b51), with persons concerned and ground added.
  Compare them with the form before the first declaration.
- Senegal: law 2008-12 of 25 January 2008, article 22, for the declaration of article 18
  (dataguidance.com, "Senegal: Data Processing Notification"); its list is the one of the same
  supplementary act. The ground is added at the end.
- Switzerland: Federal Act on Data Protection of 25 September 2020, article 12, paragraph 2, letters
  a to g (prighter.com/resources/laws/swiss-fadp). Paragraph 5 lets the Federal Council exempt
  bodies with fewer than 250 employees and little risk.
- European Union: Regulation 2016/679, article 30, paragraph 1, letters a to g
  (gdprhub.eu, "Article 30 GDPR"). It does not ask for the legal basis, which supervisors do.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kafo.people.enums import Purpose

# What a heading is answered with; queries.declarations gives the text for each.
CONTROLLER = "controller"
PURPOSE = "purpose"
BASIS = "basis"
SUBJECTS = "subjects"
FIELDS = "fields"
ORIGIN = "origin"
RECIPIENTS_OF = "recipients"
RETENTION = "retention"
SAFETY = "security"
ABROAD = "transfers"
LINKS = "links"
ACCESS = "access"
PROCESSOR = "processor"
STAFF = "staff"
OFFICER = "officer"


@dataclass(frozen=True)
class Law:
    code: str
    name: Any
    authority: Any
    source: Any
    headings: tuple[tuple[Any, str], ...]


# What follows the controller under the laws that were made after the ECOWAS act.
_WEST_AFRICAN = (
    (_("Purpose and description of the processing"), PURPOSE),
    (_("Links with other processings"), LINKS),
    (_("Personal data processed"), FIELDS),
    (_("Origin of the data"), ORIGIN),
    (_("Categories of persons concerned"), SUBJECTS),
    (_("How long the data are kept"), RETENTION),
    (_("Services in charge and persons with direct access"), STAFF),
    (_("Recipients entitled to the data"), RECIPIENTS_OF),
    (_("Person or service where the right of access is used"), ACCESS),
    (_("Measures for the security of processing and data"), SAFETY),
    (_("Use of a processor"), PROCESSOR),
    (_("Transfers planned to a third country"), ABROAD),
    (_("Ground of the processing"), BASIS),
)

LAWS = {
    law.code: law
    for law in (
        Law(
            "ml",
            _("Mali, law 2013-015"),
            _("Authority for the protection of personal data (APDP), Bamako"),
            _("Law 2013-015 of 21 May 2013, amended by law 2017-070 of 18 December 2017"),
            ((_("Controller: name and address"), CONTROLLER), *_WEST_AFRICAN),
        ),
        Law(
            "sn",
            _("Senegal, law 2008-12"),
            _("Commission for personal data (CDP), Dakar"),
            _("Law 2008-12 of 25 January 2008, article 22"),
            ((_("Controller, or representative in Senegal"), CONTROLLER), *_WEST_AFRICAN),
        ),
        Law(
            "ch",
            _("Switzerland, Data Protection Act"),
            _("Federal Data Protection and Information Commissioner (FDPIC), Bern"),
            _("Federal Act on Data Protection of 25 September 2020, article 12, paragraph 2"),
            (
                (_("Identity of the controller"), CONTROLLER),
                (_("Purpose of processing"), PURPOSE),
                (_("Categories of persons concerned"), SUBJECTS),
                (_("Categories of personal data"), FIELDS),
                (_("Categories of recipients"), RECIPIENTS_OF),
                (_("Retention period, or how it is fixed"), RETENTION),
                (_("General description of the security measures"), SAFETY),
                (_("Disclosure abroad: the states and the guarantees"), ABROAD),
            ),
        ),
        Law(
            "eu",
            _("European Union, GDPR"),
            _("Supervisory authority of the member state (in France: CNIL)"),
            _("Regulation (EU) 2016/679, article 30, paragraph 1"),
            (
                (_("Name and contact details of the controller"), CONTROLLER),
                (_("Joint controller, representative, data protection officer"), OFFICER),
                (_("Purposes of the processing"), PURPOSE),
                (_("Categories of data subjects"), SUBJECTS),
                (_("Categories of personal data"), FIELDS),
                (_("Categories of recipients, also in third countries"), RECIPIENTS_OF),
                (_("Transfers to a third country, with safeguards"), ABROAD),
                (_("Time limits for erasure"), RETENTION),
                (_("Technical and organisational security measures"), SAFETY),
                (_("Legal basis (article 6)"), BASIS),
            ),
        ),
    )
}

# In words on what goes to an authority; any other keeps its two letters.
COUNTRIES = {"ML": _("Mali"), "SN": _("Senegal"), "CH": _("Switzerland"), "FR": _("France")}

DESCRIPTIONS = {
    Purpose.RUN_OFFICE: _(
        "Knowing who belongs to the association, who sits in which body, who may do what from "
        "when to when, and who did what."
    ),
    Purpose.CONTACT: _("Reaching members and volunteers for the work of the office."),
    Purpose.TEAM: _("Composing teams by skills and languages, and seeing what is missing."),
    Purpose.PROTECTION: _("Knowing who is a minor, and keeping the authorisation of a guardian."),
    Purpose.SIGN_IN: _("Letting people sign in, and keeping others out."),
    Purpose.DIRECTORY: _(
        "Letting the other offices of the federation find a person by name, town, skills, "
        "languages and e-mail."
    ),
    Purpose.PUBLIC_NAME: _("Naming a person on the public site of the office."),
}
INSIDE = _("People of the office with a mandate to do so.")
RECIPIENTS = {
    Purpose.DIRECTORY: _("The offices of the federation, with the consent of the person."),
    Purpose.PUBLIC_NAME: _("Everybody, with the consent of the person."),
    Purpose.SIGN_IN: _("Nobody but the person; the sign-in is handled by the office's own server."),
}
NO_TRANSFER = _("None: the data stay on the server of the office.")
TRANSFERS = {
    Purpose.DIRECTORY: _(
        "To the countries of the offices of the federation, on the ground of the consent of the "
        "person, which she may withdraw."
    ),
    Purpose.PUBLIC_NAME: _("The public site can be read from any country."),
}
SECURITY = _(
    "Rights only by dated mandates; passwords stored as Argon2 digests; second factor; limits on "
    "attempts; sessions that can be closed; log of acts; encrypted connection; backups."
)
