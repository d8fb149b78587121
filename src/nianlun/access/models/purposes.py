"""The purposes for which persons' files are opened."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from nianlun.access.models.accounts import Account


class Purpose(models.Model):
    """Why an account opens a person's file, for as long as that holds (S3.1)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="账号")
    person_id = models.UUIDField("参保人")
    text = models.CharField("事由", max_length=200)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "person_id", "-since"], name="purpose_current")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="purpose_period_half_open"),
        ]
