"""Views for the rooms above: each asks one policy object."""

from kafo.desk.columns import Column
from kafo.desk.views.forms import ConfirmView, FormView
from kafo.desk.views.lists import Filter, ListView
from kafo.desk.views.pages import DeskView
from kafo.desk.views.records import Action, RecordView, Section

__all__ = [
    "Action",
    "Column",
    "ConfirmView",
    "DeskView",
    "Filter",
    "FormView",
    "ListView",
    "RecordView",
    "Section",
]
