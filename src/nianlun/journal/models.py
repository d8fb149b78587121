"""The tables of the journal. Rows are added, never changed: triggers in the migration see to that (S6.2)."""

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
    digest = models.BinaryField("内容摘要", max_length=32)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at", "-id"], name="journal_entry_at"),
            models.Index(fields=["person_id", "-at", "-id"], name="journal_entry_person"),
            models.Index(fields=["account_id", "-at", "-id"], name="journal_entry_account"),
            models.Index(fields=["action", "-at", "-id"], name="journal_entry_action"),
        ]

    def content(self) -> Content:
        """What the row says, for digesting it anew."""
        return Content(**{name: getattr(self, name) for name in Content.__dataclass_fields__})


class Link(models.Model):
    """One link of the chain over the entries.

    Kept apart from the entry and forged after commit: a chain grown inside each transaction would hold
    every other writer back until that transaction ends, and cross with its row locks into deadlocks.
    """

    position = models.BigIntegerField("位置", primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="link")
    previous = models.BinaryField("前一条摘要", max_length=32)
    digest = models.BinaryField("摘要", max_length=32)


class Pending(models.Model):
    """An entry that is written but not yet in the chain; a trigger adds the row with the entry."""

    entry_id = models.BigIntegerField("留痕", primary_key=True)
