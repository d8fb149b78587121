"""What cases are measured by: the definitions they were opened under and the years of the working-day calendar.

Both are only ever added (a trigger sees to it): how a term was counted can be told for good.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Definition(models.Model):
    """A kind of business as a case was opened under it, kept once under its digest whatever later files say."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    code = models.CharField("业务类型", max_length=60)
    text = models.TextField("定义")


class CalendarYear(models.Model):
    """A year's holiday arrangement as somebody imported it; the highest number of a year is the one in force."""

    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("第几次导入")
    content = models.JSONField("安排")
    reason = models.CharField("更换的理由", max_length=400, blank=True)
    imported_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    imported_by_name = models.CharField("导入人", max_length=100)
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["year", "number"], name="calendar_year_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="calendar_year_counted_from_one"),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="calendar_year_replaced_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年第 {self.number} 次"
