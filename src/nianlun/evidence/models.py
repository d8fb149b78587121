"""Claims, the two-person examination of them, rulings and facts. Nothing here is deleted; losers stay visible."""

from django.db import models
from django.db.models import F, Q

from nianlun.evidence.domain import Kind
from nianlun.kernel.identifiers import uuid7

KINDS = [(kind.value, kind.label) for kind in Kind]


class Claim(models.Model):
    """What one region of one page says about one person.

    What the machine read (`machine_*`, `drawn`) never changes. `value`, `polygon` and `state` tell where the
    examination by two people has got to; each of their decisions stays in `Decision`.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待核"
        ACCEPTED = "accepted", "已认可"
        REWRITTEN = "rewritten", "已改写"
        UNREADABLE = "unreadable", "看不清"
        CONFIRMED = "confirmed", "已确认"
        SET_ASIDE = "set_aside", "已确认看不清"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey("archives.Item", models.PROTECT, related_name="+")
    page = models.ForeignKey("archives.Page", models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("页内序号")
    kind = models.CharField("类别", max_length=20, choices=KINDS)
    machine_value = models.CharField("识别值", max_length=300, blank=True)
    machine_text = models.CharField("识别原文", max_length=300, blank=True)
    machine_confidence = models.DecimalField("识别把握", max_digits=4, decimal_places=3)
    machine_engine = models.CharField("识别引擎", max_length=60, blank=True)
    drawn = models.JSONField("识别区域")
    value = models.CharField("记载内容", max_length=300, blank=True)
    polygon = models.JSONField("区域")
    sealed = models.BinaryField(
        "加密的记载内容", null=True
    )  # identity numbers; `value` then holds the mask
    machine_sealed = models.BinaryField("加密的识别值", null=True)
    earliest = models.DateField(null=True)
    latest = models.DateField(null=True)
    altered = models.BooleanField("有涂改", default=False)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PROPOSED)
    first_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    second_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    is_sample = models.BooleanField("样本数据", default=False)
    proposed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="claim_number_once_on_page"),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("first_by")), name="claim_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "set_aside"])
                | Q(first_by__isnull=False, second_by__isnull=False)
                | Q(is_sample=True),
                name="claim_confirmed_by_two",
            ),
            models.CheckConstraint(
                condition=Q(earliest__isnull=True) | Q(earliest__lte=F("latest")),
                name="claim_dates_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "kind"], name="claim_of_person"),
            models.Index(fields=["item", "number"], name="claim_of_item"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class Decision(models.Model):
    """One person's decision on one claim; rows are only added."""

    class Choice(models.TextChoices):
        ACCEPT = "accept", "认可"
        REWRITE = "rewrite", "改写"
        UNREADABLE = "unreadable", "看不清"

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=12, choices=Choice)
    value = models.CharField(max_length=300, blank=True)
    polygon = models.JSONField()
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()


class Examination(models.Model):
    """The examination of one item's claims: one person submits, another confirms."""

    class State(models.TextChoices):
        OPEN = "open", "待初核"
        SUBMITTED = "submitted", "待复核"
        CONFIRMED = "confirmed", "已办结"
        RESCAN = "rescan", "退回重扫"

    item = models.OneToOneField("archives.Item", models.PROTECT, primary_key=True, related_name="+")
    agency = models.ForeignKey("registry.Agency", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    submitted_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    submitted_by_name = models.CharField(max_length=60, blank=True)
    submitted_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    confirmed_by_name = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    reason = models.CharField("退回理由", max_length=300, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("submitted_by")),
                name="examination_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(submitted_by__isnull=False, confirmed_by__isnull=False)
                | Q(is_sample=True),
                name="examination_confirmed_by_two",
            ),
        ]
        indexes = [models.Index(fields=["agency", "state", "opened_at"], name="examination_waiting")]


class Ruling(models.Model):
    """What was decided on the claims of one kind about one person, on which, against which, and why."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待复核"
        IN_FORCE = "in_force", "已生效"
        RETURNED = "returned", "已退回"
        SUPERSEDED = "superseded", "已被取代"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=KINDS)
    value = models.CharField("认定结果", max_length=60)
    earliest = models.DateField()
    latest = models.DateField()
    rule = models.CharField("依据", max_length=120)
    by_rule = models.BooleanField("依规则得出")
    reason = models.TextField("理由")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    proposed_by_name = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    confirmed_by_name = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True)
    is_sample = models.BooleanField("样本数据", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="ruling_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force")
                | Q(proposed_by__isnull=False, confirmed_by__isnull=False)
                | Q(is_sample=True),
                name="ruling_in_force_by_two",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(state="proposed"), name="ruling_one_waiting"
            ),
        ]
        indexes = [models.Index(fields=["state", "proposed_at"], name="ruling_waiting")]


class Considered(models.Model):
    """A claim that a ruling looked at, and which way it went."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="considered")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    decisive = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ruling", "claim"], name="considered_once")]


class Fact(models.Model):
    """What the agency holds true, and since when it has held so. Superseded rows stay: knowledge has its own time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("registry.Person", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=KINDS)
    value = models.CharField(max_length=60)
    earliest = models.DateField()
    latest = models.DateField()
    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="fact")
    known_since = models.DateTimeField()
    known_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(known_until__isnull=True), name="fact_one_current"
            ),
            models.CheckConstraint(
                condition=Q(known_until__isnull=True) | Q(known_until__gt=F("known_since")),
                name="fact_known_period_in_order",
            ),
        ]
