"""Stops: an account that looked at too many persons looks at none until somebody has asked why (S3.4)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Stop(models.Model):
    """The queries of one account are stopped from `since` until somebody else lifts the stop."""

    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="账号")
    since = models.DateTimeField("停用时间")
    reason = models.CharField("原因", max_length=300)
    lifted_by = models.ForeignKey(
        "access.Account", models.PROTECT, related_name="+", null=True, verbose_name="恢复人"
    )
    lifted_at = models.DateTimeField("恢复时间", null=True)
    lifted_why = models.CharField("恢复理由", max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(lifted_at=None), name="stop_one_open_per_account"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_why=""),
                name="stop_lifted_says_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=models.F("account")),
                name="stop_not_lifted_by_its_own_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.since}"
