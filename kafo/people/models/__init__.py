from kafo.people.models.accounts import Account, Invitation
from kafo.people.models.bodies import Body, Membership
from kafo.people.models.mandates import Mandate
from kafo.people.models.organizations import Office, Organization
from kafo.people.models.persons import Person, PersonLanguage, PersonSkill, Skill
from kafo.people.models.posts import Post, PostRequirement, PostTemplate, PostTemplateVersion
from kafo.people.models.protection import Consent, GuardianAuthorization, Processing

__all__ = [
    "Account",
    "Body",
    "Consent",
    "GuardianAuthorization",
    "Invitation",
    "Mandate",
    "Membership",
    "Office",
    "Organization",
    "Person",
    "PersonLanguage",
    "PersonSkill",
    "Post",
    "PostRequirement",
    "PostTemplate",
    "PostTemplateVersion",
    "Processing",
    "Skill",
]
