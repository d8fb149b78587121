"""Editions of the policy tables, the drafts that lead to them, and the texts of both by digest.

Texts and editions are added, never changed; a draft that has been decided stays as it was: triggers in the
migration see to both.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7
from nianlun.lawbook.domain import Source, State


class TableText(models.Model):
    """The text of one file of a policy table, kept once under its SHA-256."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    text = models.TextField("内容")


class Draft(models.Model):
    """A proposed change of the files of one folder, on top of the edition it was begun with."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField("题名", max_length=120)
    reason = models.TextField("理由")
    region = models.CharField("地区", max_length=8)  # "national" or six digits
    base = models.ForeignKey("lawbook.Edition", models.PROTECT, related_name="+", verbose_name="所据版本")
    state = models.CharField(
        "状态", max_length=10, choices=[(s.value, s.label) for s in State], default=State.OPEN.value
    )
    retroactive_reason = models.TextField("追溯的理由", blank=True)
    proposed_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    proposed_by_name = models.CharField("起草人", max_length=100)
    opened_at = models.DateTimeField("起草时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    decided_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField("办理人", max_length=100, blank=True)
    decided_at = models.DateTimeField("办理时间", null=True)
    decision_reason = models.TextField("办理意见", blank=True)

    class Meta:
        verbose_name = "政策修订草案"
        indexes: ClassVar = [models.Index(fields=["state", "-opened_at"], name="draft_waiting")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="draft_state_known"
            ),
            models.CheckConstraint(
                condition=Q(region="national") | Q(region__regex=r"^[0-9]{6}$"),
                name="draft_region_is_a_folder",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="draft_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "returned"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="draft_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "approved"]) | Q(submitted_at__isnull=False),
                name="draft_submitted_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DraftFile(models.Model):
    """The whole text that one file would have after the draft."""

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="files")
    path = models.CharField("路径", max_length=120)
    text = models.ForeignKey(TableText, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "path"], name="draft_file_once")]


class Edition(models.Model):
    """All tables as they counted from an instant on. `program_digest` names the shipped edition underneath."""

    number = models.PositiveIntegerField("版号", primary_key=True)
    digest = models.CharField("摘要", max_length=64, db_index=True)
    program_digest = models.CharField("随程序的版本", max_length=64)
    source = models.CharField("来由", max_length=8, choices=[(s.value, s.label) for s in Source])
    at = models.DateTimeField("生效时间")
    draft = models.OneToOneField(Draft, models.PROTECT, null=True, related_name="edition")
    proposed_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    proposed_by_name = models.CharField("起草人", max_length=100, blank=True)
    approved_by = models.ForeignKey("access.Account", models.PROTECT, null=True, related_name="+")
    approved_by_name = models.CharField("批准人", max_length=100, blank=True)
    reason = models.TextField("理由", blank=True)

    class Meta:
        verbose_name = "政策版本"
        indexes: ClassVar = [models.Index(fields=["-at", "-number"], name="edition_at")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="edition_two_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    source="program",
                    draft__isnull=True,
                    proposed_by__isnull=True,
                    approved_by__isnull=True,
                )
                | Q(
                    source="draft",
                    draft__isnull=False,
                    proposed_by__isnull=False,
                    approved_by__isnull=False,
                ),
                name="edition_signed_unless_shipped",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class EditionFile(models.Model):
    """Which text a file has in an edition; `shipped` is what the program had there, where the two differ."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="files")
    path = models.CharField("路径", max_length=120)
    text = models.ForeignKey(TableText, models.PROTECT, related_name="+")
    shipped = models.CharField("随程序的内容", max_length=64, blank=True)
    amended = models.BooleanField("本地修订", default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "path"], name="edition_file_once")
        ]
