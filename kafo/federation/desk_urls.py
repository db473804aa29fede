from django.urls import include, path

from kafo.federation.views import offices, proposals, stick

_patterns = [
    path("", offices.OfficesView.as_view(), name="offices"),
    path("exchange/", offices.ExchangeView.as_view(), name="exchange"),
    path("line/", offices.LineView.as_view(), name="line"),
    path("limit/", offices.LimitView.as_view(), name="limit"),
    path("alarms/<int:pk>/settle/", offices.SettleView.as_view(), name="alarm-settle"),
    path("erasures/", offices.ErasuresView.as_view(), name="erasures"),
    path("stick/", stick.StickView.as_view(), name="stick"),
    path("proposals/", proposals.ProposalsView.as_view(), name="proposals"),
    path("proposals/<uuid:pk>/", proposals.ProposalView.as_view(), name="proposal"),
    path("proposals/<uuid:pk>/accept/", proposals.AcceptView.as_view(), name="proposal-accept"),
    path("proposals/<uuid:pk>/decline/", proposals.DeclineView.as_view(), name="proposal-decline"),
    path("propose/<int:kind>/<uuid:pk>/", proposals.ProposeView.as_view(), name="propose"),
]
desk_urlpatterns = [path("offices/", include((_patterns, "federation")))]
