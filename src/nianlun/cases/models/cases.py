"""The tables of the agency's business. What was done is only ever added; the case holds where that has led."""

import json
from collections.abc import Mapping
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat

from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import OPEN, Move, Outcome, State
from nianlun.cases.domain.types import Origin, Step
from nianlun.kernel import cipher
from nianlun.kernel.identifiers import uuid7
from nianlun.registry.keys import keyring

OBJECTS = "urn:nianlun:item:"
"""How the name of a case's object in the vault begins; the item it is filed as has the same object."""
PERSONS = "person-"
"""How the prefix begins below which personal numbers are counted; the division that gives them out follows."""
STATES = [(state.value, state.label) for state in State]
STEPS = [(step.value, step.label) for step in Step]


class Case(models.Model):
    """One business of the agency. `version` counts its moves: whoever acts on an older one is refused."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("业务编号", max_length=40, unique=True)
    type = models.CharField("业务类型", max_length=60)
    type_digest = models.CharField("类型定义", max_length=64)
    agency = models.ForeignKey("registry.Agency", models.PROTECT, related_name="+", verbose_name="经办机构")
    division = models.CharField("行政区划代码", max_length=12)
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    employer = models.ForeignKey("registry.Employer", models.PROTECT, null=True, related_name="+")
    title = models.CharField("题名", max_length=200)
    details_sealed = models.BinaryField("申报内容（加密）")
    key_version = models.PositiveIntegerField("密钥版本")
    origin = models.CharField("来源", max_length=10, choices=[(o.value, o.label) for o in Origin])
    high_risk = models.BooleanField("高风险")
    state = models.CharField("状态", max_length=14, choices=STATES)
    resumes = models.CharField("恢复到", max_length=14, choices=STATES, blank=True)
    outcome = models.CharField(
        "结果", max_length=14, choices=[(o.value, o.label) for o in Outcome], blank=True
    )
    version = models.PositiveIntegerField("动作数", default=1)
    holder = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    request_key = models.UUIDField("提交标识", unique=True)
    received_at = models.DateTimeField("收件时间")
    accepted_at = models.DateTimeField("受理时间", null=True)
    limit_days = models.PositiveSmallIntegerField("时限（工作日）", null=True)
    due_on = models.DateField("到期日", null=True)
    state_since = models.DateTimeField("进入本状态的时间")
    granted_at = models.DateTimeField("批准时间", null=True)
    concluded_at = models.DateTimeField("办结时间", null=True)
    filed_at = models.DateTimeField("归档时间", null=True)
    item_id = models.UUIDField("归档的件", unique=True, default=uuid7)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    effect_said = models.CharField("生效结果", max_length=400, blank=True)
    is_sample = models.BooleanField("样本数据", default=False)
    grams = SearchVectorField("检索用字", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="case_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["supplement", "suspended", "withdrawing"]) ^ Q(resumes=""),
                name="case_side_state_knows_where_to_resume",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["concluded", "filed"], concluded_at__isnull=False)
                & Q(outcome__in=[o.value for o in Outcome])
                | Q(outcome="", concluded_at__isnull=True),
                name="case_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state="filed") ^ Q(filed_at__isnull=True), name="case_filed_has_its_day"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["supplement", "suspended"]) | Q(due_on__isnull=True),
                name="case_paused_has_no_due_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "rejecting", "supplement", "withdrawing"])
                | Q(accepted_at__isnull=False)
                | Q(outcome__in=["not_accepted", "withdrawn"]),
                name="case_reviewed_was_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(state="payment") & ~Q(outcome="granted") | Q(granted_at__isnull=False),
                name="case_paid_was_granted",
            ),
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True)
                | Q(
                    state__in=["payment", "second_review", "concluded", "filed"],
                    outcome__in=["", "granted"],
                )
                | Q(state="supplement", resumes="second_review"),
                name="case_granted_is_only_paid",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(corrects__isnull=False, state__in=[s.value for s in OPEN]),
                name="case_one_open_correction",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["key_version", "id"], name="case_key_version"),
            # the worklist: what waits at a step, the most urgent first
            models.Index(
                fields=["division", "state", "due_on", "id"],
                name="case_worklist",
                condition=Q(state__in=[s.value for s in OPEN]),
            ),
            models.Index(
                fields=["state", "due_on", "id"],
                name="case_worklist_wide",
                condition=Q(state__in=[s.value for s in OPEN]),
            ),
            models.Index(
                fields=["holder", "state", "due_on"],
                name="case_held",
                condition=Q(holder__isnull=False),
            ),
            models.Index(
                fields=["division", "concluded_at", "id"],
                name="case_to_file",
                condition=Q(state="concluded"),
            ),
            GinIndex(fields=["grams"], name="case_grams", fastupdate=False),
            models.Index(fields=["person", "-received_at"], name="case_of_person"),
            models.Index(fields=["employer", "-received_at"], name="case_of_employer"),
            models.Index(fields=["type", "-received_at"], name="case_of_type"),
            # whose an object of the vault is, before it is an item
            models.Index(
                Concat(Value(OBJECTS), Cast("item_id", models.CharField())),
                name="case_of_object",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def details(self) -> dict[str, str]:
        """What the application was filled in with; numbers and telephones are in it, so it lies sealed (S5.1).

        Raises `cipher.SealBroken` where it was altered or comes from another row.
        """
        read: dict[str, str] = json.loads(
            cipher.unseal(bytes(self.details_sealed), keys=keyring(), about=f"cases.case.details:{self.pk}")
        )
        return read

    @details.setter
    def details(self, given: Mapping[str, str]) -> None:
        text = json.dumps(dict(given), ensure_ascii=False)
        ring = keyring()
        self.details_sealed = cipher.seal(text, keys=ring, about=f"cases.case.details:{self.pk}")
        self.key_version = ring.current

    @property
    def object_id(self) -> str:
        """Where the papers of the case lie in the vault."""
        return f"{OBJECTS}{self.item_id}"


class Action(models.Model):
    """One move of a case by one actor. A trigger lets none be changed: the history is what happened."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="actions")
    number = models.PositiveIntegerField("序号")
    move = models.CharField("动作", max_length=16, choices=[(m.value, m.label) for m in Move])
    state = models.CharField("动作前", max_length=14, choices=STATES, blank=True)
    led_to = models.CharField("动作后", max_length=14, choices=STATES)
    account = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField("经手人", max_length=100)
    actor_role = models.CharField("岗位", max_length=30)
    device = models.CharField("机器", max_length=64, blank=True)
    text = models.TextField("意见", blank=True)
    details = models.JSONField("细节", default=dict)
    at = models.DateTimeField("时间")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "number"], name="action_numbered_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-at"], name="action_of_account"),
            models.Index(fields=["move", "-at"], name="action_by_move"),
        ]


class Duty(models.Model):
    """Who took which of the separate steps. That one account cannot take two stands here as a constraint."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="duties")
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    step = models.CharField("步骤", max_length=14, choices=STEPS)
    device = models.CharField("机器", max_length=64, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "account"], name="duty_one_step_per_account"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-at"], name="duty_of_account"),
            models.Index(fields=["at"], name="duty_at"),
        ]


class Material(models.Model):
    """One paper shown for a requirement. A later one for the same requirement takes its place; none is removed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="materials")
    requirement = models.CharField("要求", max_length=60)
    how = models.CharField("方式", max_length=14, choices=[(h.value, h.label) for h in How])
    file_name = models.CharField("库内文件名", max_length=120, blank=True)
    shown_name = models.CharField("原文件名", max_length=200, blank=True)
    media_type = models.CharField(max_length=60, blank=True)
    sha512 = models.CharField("摘要", max_length=128, blank=True)
    page_count = models.PositiveIntegerField("页数", default=0)
    promised_until = models.DateField("承诺补交日", null=True)
    note = models.CharField("说明", max_length=400, blank=True)
    account = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("经手人", max_length=100)
    at = models.DateTimeField("时间")
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(how="promised") ^ Q(promised_until__isnull=True),
                name="material_promise_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(how="copy_kept") | ~Q(file_name=""), name="material_copy_has_its_file"
            ),
            models.UniqueConstraint(
                fields=["case", "requirement"],
                condition=Q(replaced_by__isnull=True),
                name="material_one_stands_per_requirement",
            ),
        ]


class Pause(models.Model):
    """A time the clock stood still: papers were asked for, or another body had to speak first."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="pauses")
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    reason = models.CharField("原因", max_length=400)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="pause_in_order"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(until__isnull=True), name="pause_one_at_a_time"
            ),
        ]


class Slip(models.Model):
    """A paper the agency issued in a case; its bytes lie with the case in the vault, its code in the register."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="slips")
    kind = models.CharField("种类", max_length=20)
    number = models.CharField("文号", max_length=60, unique=True)
    file_name = models.CharField("库内文件名", max_length=120)
    page_count = models.PositiveIntegerField("页数")
    issued_at = models.DateTimeField("出具时间")
    issued_by = models.CharField("出具人", max_length=100)
    for_action = models.OneToOneField(Action, models.PROTECT, related_name="slip")


class CloseCall(models.Model):
    """An attempt that separation refused: who, which step, why. Overseers see where they gather."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    step = models.CharField("步骤", max_length=14, choices=STEPS)
    sentence = models.CharField("原因", max_length=400)
    at = models.DateTimeField("时间")
