"""The tables of the journal. Rows are added, never changed: triggers and the database's rights see to that (S6.2)."""

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models

from nianlun.journal.domain import Content
from nianlun.kernel.identifiers import uuid7


class Entry(models.Model):
    """One thing somebody did, tried or read, written in the transaction of the deed.

    The actor is written out, not linked: what was true then must stay readable when the account has changed.
    """

    at = models.DateTimeField("时间")
    account_id = models.BigIntegerField("账号", null=True)
    role = models.CharField("岗位代码", max_length=30, blank=True)
    role_label = models.CharField("岗位", max_length=30, blank=True)
    name = models.CharField("姓名", max_length=100, blank=True)
    agency_name = models.CharField("机构", max_length=200, blank=True)
    scope = models.CharField("辖区", max_length=12, blank=True)
    action = models.CharField("动作", max_length=100)
    about = models.CharField("对象", max_length=300, blank=True)
    about_id = models.CharField("对象标识", max_length=100, blank=True)
    person_id = models.UUIDField("参保人", null=True)
    purpose = models.CharField("事由", max_length=300, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    outcome = models.CharField("结果", max_length=20)
    address = models.CharField("来源地址", max_length=45, blank=True)
    details = models.JSONField("细节", default=dict)
    salt = models.BinaryField("盐", max_length=16, default=b"", db_default=b"")
    digest = models.BinaryField("内容摘要", max_length=32)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at", "-id"], name="journal_entry_at"),
            models.Index(fields=["person_id", "-at", "-id"], name="journal_entry_person"),
            models.Index(fields=["account_id", "-at", "-id"], name="journal_entry_account"),
            models.Index(fields=["action", "-at", "-id"], name="journal_entry_action"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id__gt=0), name="journal_entry_number_counts"),
            models.CheckConstraint(
                condition=models.Q(
                    at__gt=datetime(1900, 1, 1, tzinfo=UTC), at__lt=datetime(9999, 1, 1, tzinfo=UTC)
                ),
                name="journal_entry_time_is_one",
            ),
        ]

    def content(self) -> Content:
        """What the row says, for spelling it out anew."""
        return Content(**{name: getattr(self, name) for name in Content.__dataclass_fields__})


class Pending(models.Model):
    """An entry that is written but not yet in the log; a trigger adds the row with the entry."""

    entry_id = models.BigIntegerField("留痕", primary_key=True)


class Leaf(models.Model):
    """The place of an entry in the log, counted from 0. A trigger of the database lets none be changed.

    No foreign key: the leaf of an entry that somebody removed is the proof that there was one.
    """

    position = models.BigIntegerField("位置", primary_key=True)
    entry = models.OneToOneField(Entry, models.DO_NOTHING, related_name="leaf", db_constraint=False)
    hash = models.BinaryField("叶摘要", max_length=32)


class Tile(models.Model):
    """Up to 256 hashes of the tree in one row: roots of complete subtrees of 256^level leaves each.

    A row only grows at its end until it is full.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField("层")
    index = models.BigIntegerField("序号")
    hashes = models.BinaryField("摘要", max_length=8192)


class Checkpoint(models.Model):
    """What the log has signed of itself: so many entries, this root. The same note lies in a file outside."""

    size = models.BigIntegerField("条数", primary_key=True)
    root = models.BinaryField("根", max_length=32)
    at = models.DateTimeField("签署时间", db_index=True)
    origin = models.CharField("日志名", max_length=200)
    note = models.TextField("签名文")


class Cosignature(models.Model):
    """A witness's signature under a checkpoint: it saw the log only grow up to here."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    witness = models.CharField("见证方", max_length=200)
    at = models.DateTimeField("联署时间")
    line = models.TextField("签名行")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["witness", "checkpoint"], name="journal_one_cosignature_each")
        ]


class TimeStamp(models.Model):
    """The answer of a time-stamping authority about a checkpoint's note (RFC 3161), as it came."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="time_stamps")
    at = models.DateTimeField("时间戳的时间")
    response = models.BinaryField("时间戳")


class Condition(models.Model):
    """How the sequencer, a witness or the time-stamping authority fared last; `problem` is empty where well."""

    name = models.CharField("谁", max_length=250, primary_key=True)
    problem = models.TextField("问题", blank=True)
    since = models.DateTimeField("从何时起")
    seen_at = models.DateTimeField("最近一次")


class IssuedDocument(models.Model):
    """A paper given out that anybody may ask about by its code. Of the code only a digest is kept.

    What decides is the entry of the journal that tells of it: a row that no longer agrees with it is not believed.
    """

    class Kind(models.TextChoices):
        DETERMINATION = "determination", "待遇计发表"
        EXPLANATION = "explanation", "待遇推算说明"
        COPY = "copy", "档案复制件"
        CASE_ACCEPTANCE = "case_acceptance", "受理通知书"
        CASE_SUPPLEMENT = "case_supplement", "补正材料通知书"
        CASE_NOT_ACCEPTED = "case_not_accepted", "不予受理决定书"
        CASE_REFUSAL = "case_refusal", "不予批准决定书"
        CASE_CONCLUSION = "case_conclusion", "办结单"
        CASE_SUSPENSION = "case_suspension", "中止办理通知书"
        CASE_WITHDRAWAL = "case_withdrawal", "撤销决定书"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code_digest = models.BinaryField("编号摘要", max_length=32, unique=True)
    kind = models.CharField("种类", max_length=20, choices=Kind)
    about_id = models.CharField("关于", max_length=100)
    holder = models.CharField("遮掩后的姓名", max_length=10, blank=True)
    agency_name = models.CharField("出具机构", max_length=200)
    division = models.CharField("机构所在行政区", max_length=12)
    issued_at = models.DateTimeField("出具时间")
    pages = models.PositiveIntegerField("页数")
    sha512 = models.CharField("SHA-512", max_length=128, db_index=True)
    sm3 = models.CharField("SM3", max_length=64)
    entry_id = models.BigIntegerField("出具的留痕", unique=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "about_id", "issued_at"], name="issued_document_about"),
            models.Index(fields=["-issued_at", "-id"], name="issued_document_latest"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pages__gt=0), name="issued_document_has_pages"),
        ]


class WrongGuess(models.Model):
    """One asking about a document that there is not, kept for an hour; of the source only a keyed digest."""

    source = models.BinaryField("来源摘要", max_length=32)
    at = models.DateTimeField("时间")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["source", "at"], name="wrong_guess_source"),
        ]


class LogCheck(models.Model):
    """One proving of the whole log in the background: who asked for it, how far it is, what it found."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asked_by = models.CharField("提出人", max_length=100)
    asked_at = models.DateTimeField("提出时间")
    done = models.BigIntegerField("已核对", default=0)
    total = models.BigIntegerField("共有", default=0)
    finished_at = models.DateTimeField("结束时间", null=True)
    fault_count = models.PositiveIntegerField("问题数", default=0)
    faults = models.JSONField("问题", default=list)
    losses = models.JSONField("说明", default=list)
    counts = models.JSONField("各项数目", default=dict)
    problem = models.TextField("没有做成的原因", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(finished_at=None), name="log_check_one_at_a_time"
            ),
        ]
