"""The step between writing and publishing, for those who write but may not publish."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Task, TaskState

from kafo.people.queries import may, organizations_where
from kafo.publishing.models.sites import site_of


class Approval(Task):
    """Approved by whoever holds a mandate to publish on the page's site; no group of accounts."""

    class Meta:
        verbose_name = _("approval by an editor")
        verbose_name_plural = _("approvals by an editor")

    def _may_approve(self, page: Any, account: Any) -> bool:
        site = site_of(page)
        return site is not None and may(account, "publishing.publish", site.organization_id)

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        return self._may_approve(obj, user)

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        if not self._may_approve(obj, user):
            return []
        return [
            ("reject", gettext("Ask for changes"), True),
            ("approve", gettext("Approve and publish"), False),
        ]

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        if not organizations_where(user, "publishing.publish"):
            return waiting.none()
        states = waiting.select_related("workflow_state")
        pages = Page.objects.in_bulk(
            {int(state.workflow_state.object_id) for state in states}, field_name="pk"
        )
        allowed = [
            state.pk
            for state in states
            if (page := pages.get(int(state.workflow_state.object_id)))
            and self._may_approve(page, user)
        ]
        return waiting.filter(pk__in=allowed)

    @classmethod
    def get_description(cls) -> str:
        return gettext("Whoever may publish on the site approves.")
