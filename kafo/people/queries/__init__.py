"""What other rooms may ask of people."""

from kafo.people.mandates import grant_rights, has_mandate, may, organizations_where, rights_of_role
from kafo.people.permissions import may_for_all_offices
from kafo.people.protection import declare_personal
from kafo.people.queries.acts import show_page_acts
from kafo.people.queries.declarations import privacy_statement
from kafo.people.queries.protection import consents_of, fields_for, lacks_authorization, shown_to

__all__ = [
    "consents_of",
    "declare_personal",
    "fields_for",
    "grant_rights",
    "has_mandate",
    "lacks_authorization",
    "may",
    "may_for_all_offices",
    "organizations_where",
    "privacy_statement",
    "rights_of_role",
    "show_page_acts",
    "shown_to",
]
