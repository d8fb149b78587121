"""Filling another post for a time: substitutes of colleagues on leave, and emergencies."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value

from nianlun.access.domain.families import FAMILY
from nianlun.access.domain.roles import Role
from nianlun.access.domain.standing_in import LONGEST_LEAVE
from nianlun.access.models.accounts import Account

_POSTS = [(role.value, role.label) for role in Role if role in FAMILY]


class Substitution(models.Model):
    """A colleague who fills the post of somebody on leave; it counts once a leader has agreed."""

    absent = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="离岗人")
    substitute = models.ForeignKey(
        Account, models.PROTECT, related_name="substitutions", verbose_name="代班人"
    )
    role = models.CharField("岗位", max_length=30, choices=_POSTS)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")
    reason = models.CharField("理由", max_length=300)
    asked_at = models.DateTimeField("申请时间")
    agreed = models.BooleanField("同意", null=True)
    decided_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name="核准人", null=True
    )
    decided_at = models.DateTimeField("核准时间", null=True)
    decided_why = models.CharField("意见", max_length=300, blank=True)
    ended_at = models.DateTimeField("提前结束", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since"), until__lte=F("since") + Value(LONGEST_LEAVE)),
                name="substitution_thirty_days",
            ),
            models.CheckConstraint(condition=~Q(absent=F("substitute")), name="substitution_by_another"),
            models.CheckConstraint(
                condition=Q(agreed=None, decided_by=None, decided_at=None)
                | Q(agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("absent"))
                & ~Q(decided_by=F("substitute")),
                name="substitution_decided_by_a_third",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-asked_at", "-id"], name="substitution_latest")
        ]


class Glass(models.Model):
    """Broken glass: another post for an hour, opened by a second person, looked into afterwards by a third."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="glasses", verbose_name="申请人")
    role = models.CharField("岗位", max_length=30, choices=_POSTS)
    reason = models.CharField("理由", max_length=300)
    asked_at = models.DateTimeField("申请时间")
    opened_at = models.DateTimeField("启用时间", null=True)
    until = models.DateTimeField("止", null=True)
    refused_at = models.DateTimeField("未同意时间", null=True)
    decided_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name="同意人", null=True
    )
    decided_why = models.CharField("意见", max_length=300, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True)
    reviewed_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name="审查人", null=True
    )
    reviewed_at = models.DateTimeField("审查时间", null=True)
    proper = models.BooleanField("使用得当", null=True)
    review_note = models.CharField("审查意见", max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("account")), name="glass_opened_by_a_second"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None)
                | Q(closed_at__isnull=False, reviewed_at__isnull=False, proper__isnull=False)
                & ~Q(reviewed_by=F("account"))
                & ~Q(reviewed_by=F("decided_by")),
                name="glass_reviewed_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, until=None)
                | Q(refused_at=None, decided_by__isnull=False, until__gt=F("opened_at")),
                name="glass_open_for_a_time",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(closed_at=None, refused_at=None),
                name="glass_one_at_a_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-asked_at", "-id"], name="glass_latest")
        ]
