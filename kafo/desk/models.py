from django.db import models
from django.utils.translation import gettext_lazy as _


class Submission(models.Model):
    """A form that was carried out; the same form sent again is not carried out twice.

    The account is kept as text: the desk knows nobody above it.
    """

    account = models.CharField(max_length=64)
    token = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    url = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [models.UniqueConstraint(fields=["account", "token"], name="submission_once")]

    def __str__(self) -> str:
        return self.url
