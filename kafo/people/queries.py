"""What other rooms may ask of people."""

from kafo.people.mandates import grant_rights, has_mandate, may, organizations_where, rights_of_role

__all__ = ["grant_rights", "has_mandate", "may", "organizations_where", "rights_of_role"]
