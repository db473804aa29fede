from django.urls import include, path

from kafo.federation.views import handovers, offices, proposals, stick

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
    path("handing-over/", handovers.HandoversView.as_view(), name="handovers"),
    path("handing-over/invite/", handovers.InviteView.as_view(), name="invite"),
    path("handing-over/list/", handovers.RosterView.as_view(), name="roster"),
    path("handing-over/<int:pk>/", handovers.HandoverView.as_view(), name="handover"),
    path("handing-over/<int:pk>/lay-down/", handovers.LayDownView.as_view(), name="lay-down"),
    path("handing-over/<int:pk>/take-back/", handovers.TakeBackView.as_view(), name="take-back"),
    path("handing-over/<int:pk>/take-up/", handovers.TakeUpView.as_view(), name="take-up"),
    path("handing-over/<int:pk>/give-back/", handovers.GiveBackView.as_view(), name="give-back"),
    path("handing-over/<int:pk>/forget/", handovers.ForgetView.as_view(), name="forget"),
    path("handing-over/<int:pk>/again/", handovers.LookAgainView.as_view(), name="look-again"),
]
desk_urlpatterns = [path("offices/", include((_patterns, "federation")))]
