"""The tables of the journal. Rows are added, never changed: triggers and the database's rights see to that (S6.2)."""

from typing import ClassVar

from django.db import models

from nianlun.journal.domain import Content


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
    witness = models.CharField("证人", max_length=200)
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
