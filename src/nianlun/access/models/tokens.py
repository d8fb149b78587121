"""Tokens by which programs of others use the API (S2.8). The token itself is nowhere: only its digest."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from nianlun.access.domain import PER_MINUTE, TokenScope


class Token(models.Model):
    """One token of one program. It works from the moment a second officer releases it until `until`.

    `account` is what it acts as: an account of its own that nobody can sign in to. `used_in` counts the requests of
    the minute `counted_from`, so that the limit holds over all processes.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.OneToOneField(
        "access.Account", models.PROTECT, related_name="+", verbose_name="接口账号"
    )
    digest = models.BinaryField("摘要", max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=20), verbose_name="范围")
    per_minute = models.PositiveIntegerField("每分钟次数", default=PER_MINUTE)
    made_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="签发人")
    made_at = models.DateTimeField("签发时间")
    until = models.DateTimeField("有效到")
    released_by = models.ForeignKey(
        "access.Account", models.PROTECT, related_name="+", null=True, verbose_name="启用人"
    )
    released_at = models.DateTimeField("启用时间", null=True)
    revoked_by = models.ForeignKey(
        "access.Account", models.PROTECT, related_name="+", null=True, verbose_name="吊销人"
    )
    revoked_at = models.DateTimeField("吊销时间", null=True)
    used_at = models.DateTimeField("上次使用", null=True)
    counted_from = models.DateTimeField("计数的这一分钟", null=True)
    used_in = models.PositiveIntegerField("这一分钟的次数", default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until__gt=F("made_at")), name="token_ends_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=[scope.value for scope in TokenScope]) & ~Q(scopes=[]),
                name="token_scopes_known",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None, released_at=None)
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="token_released_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("made_by")),
                name="token_released_by_another",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="token_revoked_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)
