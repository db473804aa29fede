from django.urls import include, path

from kafo.people.account_urls import account_patterns
from kafo.people.views import acts, bodies, mandates, matrix, organizations, persons, posts

_patterns = [
    path("organizations/", organizations.OrganizationList.as_view(), name="organizations"),
    path("organizations/add/", organizations.OrganizationAdd.as_view(), name="organization-add"),
    path("organizations/<uuid:pk>/", organizations.OrganizationView.as_view(), name="organization"),
    path(
        "organizations/<uuid:pk>/change/",
        organizations.OrganizationChange.as_view(),
        name="organization-change",
    ),
    path(
        "organizations/<uuid:pk>/office/",
        organizations.OfficeChange.as_view(),
        name="office-change",
    ),
    path("organizations/<uuid:pk>/body/", organizations.BodyAdd.as_view(), name="body-add"),
    path("bodies/", bodies.BodyList.as_view(), name="bodies"),
    path("bodies/<uuid:pk>/", bodies.BodyView.as_view(), name="body"),
    path("bodies/<uuid:pk>/change/", bodies.BodyChange.as_view(), name="body-change"),
    path("memberships/<uuid:pk>/end/", bodies.SeatEnd.as_view(), name="membership-end"),
    path("memberships/<uuid:pk>/restore/", bodies.SeatRestore.as_view(), name="membership-restore"),
    path("persons/", persons.PersonList.as_view(), name="persons"),
    path("persons/add/", persons.PersonAdd.as_view(), name="person-add"),
    path("persons/<uuid:pk>/", persons.PersonView.as_view(), name="person"),
    path("persons/<uuid:pk>/change/", persons.PersonChange.as_view(), name="person-change"),
    path("persons/<uuid:pk>/seat/", bodies.SeatAdd.as_view(), name="person-seat"),
    path("persons/<uuid:pk>/mandate/", mandates.MandateAdd.as_view(), name="mandate-add"),
    path("persons/<uuid:pk>/skill/", persons.PersonSkillAdd.as_view(), name="person-skill"),
    path(
        "persons/<uuid:pk>/language/", persons.PersonLanguageAdd.as_view(), name="person-language"
    ),
    path("held-skills/<uuid:pk>/drop/", persons.PersonSkillDrop.as_view(), name="skill-drop"),
    path(
        "spoken-languages/<uuid:pk>/drop/",
        persons.PersonLanguageDrop.as_view(),
        name="language-drop",
    ),
    path("skills/", persons.SkillList.as_view(), name="skills"),
    path("skills/add/", persons.SkillAdd.as_view(), name="skill-add"),
    path("skills/<uuid:pk>/change/", persons.SkillChange.as_view(), name="skill-change"),
    path("team/", matrix.MatrixView.as_view(), name="matrix"),
    path("posts/", posts.PostList.as_view(), name="posts"),
    path("posts/add/", posts.PostAdd.as_view(), name="post-add"),
    path("posts/<uuid:pk>/", posts.PostView.as_view(), name="post"),
    path("posts/<uuid:pk>/change/", posts.PostChange.as_view(), name="post-change"),
    path("posts/<uuid:pk>/difference/", posts.PostDifference.as_view(), name="post-difference"),
    path("posts/<uuid:pk>/requirement/", posts.RequirementAdd.as_view(), name="post-requirement"),
    path("requirements/<uuid:pk>/drop/", posts.RequirementDrop.as_view(), name="requirement-drop"),
    path("shared-posts/", posts.TemplateList.as_view(), name="templates"),
    path("shared-posts/add/", posts.TemplateAdd.as_view(), name="template-add"),
    path("shared-posts/<uuid:pk>/", posts.TemplateView.as_view(), name="template"),
    path(
        "shared-posts/<uuid:pk>/publish/", posts.TemplatePublish.as_view(), name="template-publish"
    ),
    path("mandates/", mandates.MandateList.as_view(), name="mandates"),
    path("mandates/<uuid:pk>/", mandates.MandateView.as_view(), name="mandate"),
    path("mandates/<uuid:pk>/end/", mandates.MandateEnd.as_view(), name="mandate-end"),
    path("mandates/<uuid:pk>/again/", mandates.MandateAgain.as_view(), name="mandate-again"),
    path("acts/", acts.ActList.as_view(), name="acts"),
]
desk_urlpatterns = [path("", include((_patterns, "people"))), *account_patterns]
