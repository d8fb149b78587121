"""Requests for rights with their four signatures, and the grants that came of them (S2.4)."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce

from nianlun.access.domain.families import FAMILY, OFFICERS, Family
from nianlun.access.domain.grants import Step
from nianlun.access.domain.roles import Role
from nianlun.access.models.accounts import Account

_POSTS = [(role.value, role.label) for role in Role if role in FAMILY]


class GrantRequest(models.Model):
    """A post asked for somebody, who has an account or gets one with it."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name="赋权对象", null=True, blank=True
    )
    username = models.CharField("账号", max_length=64)
    name = models.CharField("姓名", max_length=100)
    agency_name = models.CharField("机构", max_length=200)
    role = models.CharField("岗位", max_length=30, choices=_POSTS)
    scope = models.CharField("辖区", max_length=12)
    until = models.DateTimeField("到期")
    reason = models.CharField("理由", max_length=300)
    contract = models.CharField("合同编号", max_length=100, blank=True)
    asked_at = models.DateTimeField("申请时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(until__gt=F("asked_at")), name="grant_request_has_a_term"),
            models.CheckConstraint(
                condition=Q(scope__regex=r"^\d+$"), name="grant_request_scope_is_digits"
            ),
            models.CheckConstraint(
                condition=~Q(username="") & ~Q(name="") & ~Q(reason=""),
                name="grant_request_says_who_and_why",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-asked_at", "-id"], name="grant_request_latest")
        ]


BENEFICIARY = "beneficiary"
"""Whoever gets the post stands among the hands too, so that the database itself keeps that person from signing."""


class Signature(models.Model):
    """One of the four hands on a request; a natural person has one hand only, whatever accounts it has."""

    request = models.ForeignKey(
        GrantRequest, models.PROTECT, related_name="signatures", verbose_name="申请"
    )
    step = models.CharField(
        "步骤",
        max_length=12,
        choices=[*((step.value, step.label) for step in Step), (BENEFICIARY, "赋权对象")],
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="办理人")
    holder = models.UUIDField("办理人（自然人）")
    agreed = models.BooleanField("同意")
    reason = models.CharField("意见", max_length=300, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["request", "step"], name="signature_once_a_step"),
            models.UniqueConstraint(fields=["request", "account"], name="signature_one_hand_an_account"),
            models.UniqueConstraint(fields=["request", "holder"], name="signature_one_hand_a_person"),
            models.CheckConstraint(
                condition=Q(agreed=True) | ~Q(reason=""), name="signature_refusal_says_why"
            ),
        ]


_PERIOD = Func(
    F("since"), Coalesce(F("ended_at"), F("until")), function="tstzrange", output_field=DateTimeRangeField()
)


class Grant(models.Model):
    """A post held by an account for a term. What was given is never edited: it ends, and another begins."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants", verbose_name="账号")
    holder = models.UUIDField("自然人")
    role = models.CharField("岗位", max_length=30, choices=_POSTS)
    scope = models.CharField("辖区", max_length=12)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")
    request = models.OneToOneField(
        GrantRequest, models.PROTECT, related_name="grant", verbose_name="申请", null=True
    )
    founding = models.CharField("创设依据", max_length=200, blank=True)
    ended_at = models.DateTimeField("收回时间", null=True)
    ended_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name="收回人", null=True
    )
    ended_why = models.CharField("收回原因", max_length=300, blank=True)
    family = models.GeneratedField(
        expression=Case(
            *(
                When(
                    role__in=sorted(r.value for r in FAMILY if FAMILY[r] is family),
                    then=Value(family.value),
                )
                for family in Family
            ),
            default=Value(""),
        ),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )
    officer = models.GeneratedField(
        expression=Case(
            When(role__in=sorted(role.value for role in OFFICERS), then=F("role")), default=Value(None)
        ),
        output_field=models.CharField(max_length=30, null=True),
        db_persist=True,
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["until", "id"], condition=Q(ended_at=None), name="grant_ending"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="grant_period_half_open"),
            models.CheckConstraint(
                condition=Q(role__in=sorted(role.value for role in FAMILY)), name="grant_of_a_post"
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False) | ~Q(founding=""), name="grant_has_its_ground"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="") | Q(ended_at__gte=F("since")) & ~Q(ended_why=""),
                name="grant_ended_says_why",
            ),
            ExclusionConstraint(
                name="grant_one_post_at_a_time",
                expressions=[("account", RangeOperators.EQUAL), (_PERIOD, RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="grant_families_never_meet",
                expressions=[
                    ("holder", RangeOperators.EQUAL),
                    ("family", RangeOperators.NOT_EQUAL),
                    (_PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="grant_officers_never_meet",
                expressions=[
                    ("holder", RangeOperators.EQUAL),
                    ("officer", RangeOperators.NOT_EQUAL),
                    (_PERIOD, RangeOperators.OVERLAPS),
                ],
            ),
        ]
