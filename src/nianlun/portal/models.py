"""What the public inquiry keeps for a while: questions to be answered, and how often was asked. No personal data."""

from typing import ClassVar

from django.db import models

from nianlun.kernel.identifiers import uuid7


class Challenge(models.Model):
    """A question that tells people from simple programs; gone once it was answered, rightly or not."""

    class Kind(models.TextChoices):
        DIGITS = "digits", "数字"
        SUM = "sum", "算术题"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    text = models.CharField("问的", max_length=40)
    answer = models.CharField("答案", max_length=10)
    asked_at = models.DateTimeField("出题时间")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["asked_at"], name="challenge_age")]


class Inquiry(models.Model):
    """One inquiry, counted before it was answered; of whom and from where only keyed digests."""

    class By(models.TextChoices):
        NUMBER = "number", "证件号"
        SOURCE = "source", "来源"

    by = models.CharField("按什么计", max_length=10, choices=By)
    digest = models.BinaryField("摘要", max_length=32)
    at = models.DateTimeField("时间")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["by", "digest", "at"], name="inquiry_count"),
            models.Index(fields=["at"], name="inquiry_age"),
        ]
