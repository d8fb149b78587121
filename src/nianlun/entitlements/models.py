"""Careers as one compact row each, derived; and assessments with everything needed to compute them again, kept."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7


class CareerLine(models.Model):
    """States and kinds of the months from `first_month` on, one character each, as of a day."""

    person = models.OneToOneField(
        "registry.Person", models.PROTECT, primary_key=True, related_name="+", verbose_name="参保人"
    )
    first_month = models.IntegerField("首月")
    states = models.TextField("月份状态", blank=True)
    kinds = models.TextField("月份性质", blank=True)
    proved = models.PositiveSmallIntegerField("互证月数")
    recorded = models.PositiveSmallIntegerField("佐证月数")
    single = models.PositiveSmallIntegerField("单一来源月数")
    contradictory = models.PositiveSmallIntegerField("矛盾月数")
    gap = models.PositiveSmallIntegerField("缺口月数")
    contribution_months = models.PositiveSmallIntegerField("缴费年限（月）")
    deemed_months = models.PositiveSmallIntegerField("视同缴费年限（月）")
    statutory_month = models.IntegerField("法定退休月", null=True)
    as_of = models.DateField("截至")
    computed_at = models.DateTimeField("算出时间")

    class Meta:
        verbose_name = "逐月权益"
        indexes: ClassVar = [
            models.Index(fields=["statutory_month", "person"], name="career_statutory_month")
        ]

    def __str__(self) -> str:
        return f"{self.contribution_months} 个月，截至 {self.as_of}"


class AssessmentRecord(models.Model):
    """One assessment (待遇核定) as it was made: grounds, edition of the law, answer. Never edited, only superseded.

    `grounds` and `answer` are canonical JSON. With the edition of that digest the policy computes the same answer
    from the same grounds, byte for byte. A trigger lets none come into force but by a case about the person that is
    being decided.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待审批"
        IN_FORCE = "in_force", "已核定"
        RETURNED = "returned", "已退回"
        SUPERSEDED = "superseded", "已由新的核定代替"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("种类", max_length=40)
    benefit_month = models.IntegerField("领取月")
    total = models.DecimalField("每月金额", max_digits=14, decimal_places=2)
    provisional = models.BooleanField("预发")
    edition = models.CharField("政策版本", max_length=64)
    knowledge_at = models.DateTimeField("所知截至")
    grounds = models.TextField("所据")
    answer = models.TextField("结果")
    digest = models.CharField("结果摘要", max_length=64)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    proposed_by_name = models.CharField("提出人", max_length=100)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField("决定人", max_length=100, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    case = models.OneToOneField(
        "cases.Case", models.PROTECT, null=True, related_name="+", verbose_name="业务"
    )

    class Meta:
        verbose_name = "待遇核定"
        indexes: ClassVar = [
            models.Index(fields=["person", "-proposed_at"], name="assessment_of_person"),
            models.Index(fields=["state", "-proposed_at"], name="assessment_by_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="assessment_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(state="proposed"), decided_by__isnull=False, decided_at__isnull=False),
                name="assessment_decided_or_waiting",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="in_force"), name="assessment_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="proposed"), name="assessment_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_month // 12}-{self.benefit_month % 12 + 1:02d} {self.total} 元 {self.digest[:8]}"


class DraftImpact(models.Model):
    """Which persons and how much money a draft of the law would change; counted in the background."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft_id = models.UUIDField("草案")
    before = models.CharField("现行版本", max_length=64)
    after = models.CharField("草案版本", max_length=64)
    scope = models.CharField("辖区", max_length=6)
    requested_by = models.CharField("要求人", max_length=100)
    requested_at = models.DateTimeField("要求时间")
    persons = models.PositiveIntegerField("人数", default=0)
    done = models.PositiveIntegerField("已算人数", default=0)
    finished_at = models.DateTimeField("算完时间", null=True)
    lines = models.JSONField("逐人变化", default=list)

    class Meta:
        verbose_name = "草案影响"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft_id", "before", "after", "scope"], name="impact_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.done}/{self.persons}"
