"""The career of each person as one compact row. Derived: it may be dropped and made again to equal bytes."""

from typing import ClassVar

from django.db import models


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
