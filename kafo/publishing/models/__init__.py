from kafo.publishing.models.approvals import Approval
from kafo.publishing.models.baked import (
    Address,
    BakeDependency,
    BakedFrame,
    BakedPage,
    ExternalLink,
)
from kafo.publishing.models.names import RemainingName
from kafo.publishing.models.pages import (
    LASTING,
    PAGE_TYPES,
    DocumentPage,
    HomePage,
    ListPage,
    NewsPage,
    PlacePage,
    PlainPage,
    ProjectPage,
    SitePage,
)
from kafo.publishing.models.pictures import Picture, Rendition
from kafo.publishing.models.places import (
    CheckedHow,
    Fact,
    Place,
    PlaceKind,
    ReferenceEntry,
    ReferenceList,
    ReviewTask,
    TaskKind,
)
from kafo.publishing.models.published import HeardOffice, PublishedFrame, PublishedPage
from kafo.publishing.models.readers import Counted, ReaderCount
from kafo.publishing.models.sites import PublicSite, site_of
from kafo.publishing.models.uploads import Upload

__all__ = [
    "LASTING",
    "PAGE_TYPES",
    "Address",
    "Approval",
    "BakeDependency",
    "BakedFrame",
    "BakedPage",
    "CheckedHow",
    "Counted",
    "DocumentPage",
    "ExternalLink",
    "Fact",
    "HeardOffice",
    "HomePage",
    "ListPage",
    "NewsPage",
    "Picture",
    "Place",
    "PlaceKind",
    "PlacePage",
    "PlainPage",
    "ProjectPage",
    "PublicSite",
    "PublishedFrame",
    "PublishedPage",
    "ReaderCount",
    "ReferenceEntry",
    "ReferenceList",
    "RemainingName",
    "Rendition",
    "ReviewTask",
    "SitePage",
    "TaskKind",
    "Upload",
    "site_of",
]
