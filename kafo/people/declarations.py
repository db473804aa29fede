"""The four laws under which an office declares what it does with personal data.

Each law asks for its own headings; the words are ours, the order is that of the law. The register
is the same for all. Sources:
- Mali: law 2013-015 of 21 May 2013 on the protection of personal data, amended in 2017; the
  authority (APDP) has its own forms, into which this content is copied. The headings follow the
  common West African model (ECOWAS supplementary act A/SA.1/01/10), to be checked against them.
- Senegal: law 2008-12 of 25 January 2008, article 22 (content of a declaration).
- Switzerland: Federal Act on Data Protection of 25 September 2020, article 12, paragraph 2.
- European Union: Regulation 2016/679, article 30, paragraph 1.
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


@dataclass(frozen=True)
class Law:
    code: str
    name: Any
    authority: Any
    source: Any
    headings: tuple[tuple[Any, str], ...]


LAWS = {
    law.code: law
    for law in (
        Law(
            "ml",
            _("Mali, law 2013-015"),
            _("Authority for the protection of personal data (APDP), Bamako"),
            _("Law 2013-015 of 21 May 2013, amended in 2017"),
            (
                (_("Controller: name and address"), CONTROLLER),
                (_("Purpose of the processing"), PURPOSE),
                (_("Ground of the processing"), BASIS),
                (_("Links with other files"), LINKS),
                (_("Personal data processed"), FIELDS),
                (_("Origin of the data"), ORIGIN),
                (_("Persons concerned"), SUBJECTS),
                (_("How long the data are kept"), RETENTION),
                (_("Service in charge and staff with access"), STAFF),
                (_("Recipients"), RECIPIENTS_OF),
                (_("Where the right of access is used"), ACCESS),
                (_("Security measures"), SAFETY),
                (_("Processors"), PROCESSOR),
                (_("Transfers to another country"), ABROAD),
            ),
        ),
        Law(
            "sn",
            _("Senegal, law 2008-12"),
            _("Commission for personal data (CDP), Dakar"),
            _("Law 2008-12 of 25 January 2008, article 22"),
            (
                (_("Controller, or representative in Senegal"), CONTROLLER),
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
            ),
        ),
        Law(
            "ch",
            _("Switzerland, Data Protection Act"),
            _("Federal Data Protection and Information Commissioner (FDPIC), Bern"),
            _("Federal Act on Data Protection of 25 September 2020, article 12"),
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
            _("Regulation (EU) 2016/679, article 30"),
            (
                (_("Name and contact details of the controller"), CONTROLLER),
                (_("Purposes of the processing"), PURPOSE),
                (_("Legal basis (article 6)"), BASIS),
                (_("Categories of data subjects"), SUBJECTS),
                (_("Categories of personal data"), FIELDS),
                (_("Categories of recipients"), RECIPIENTS_OF),
                (_("Transfers to a third country, with safeguards"), ABROAD),
                (_("Time limits for erasure"), RETENTION),
                (_("Technical and organisational security measures"), SAFETY),
            ),
        ),
    )
}

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
