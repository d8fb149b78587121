"""Who looked at whom within the hour, and how many persons a post usually looks at."""

from typing import ClassVar

from django.db import models


class Sighting(models.Model):
    """When an account last opened a person's data. Kept for two hours; the journal keeps what happened for ever."""

    account_id = models.BigIntegerField("账号")
    person_id = models.UUIDField("参保人")
    last_at = models.DateTimeField("最近一次")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account_id", "person_id"], name="sighting_once_each"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account_id", "last_at"], name="sighting_of_account"),
            models.Index(fields=["last_at"], name="sighting_age"),
        ]


class HourTally(models.Model):
    """How many different persons an account looked at in one full hour; hours without any have no row."""

    hour = models.DateTimeField("小时")
    account_id = models.BigIntegerField("账号")
    role = models.CharField("岗位代码", max_length=30)
    persons = models.PositiveIntegerField("人数")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hour", "account_id"], name="hour_tally_once_each"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["role", "hour"], name="hour_tally_of_role"),
        ]


class Usual(models.Model):
    """The hourly mean of a post over the last ninety days, and of how many hours of work it is the mean."""

    role = models.CharField("岗位代码", max_length=30, primary_key=True)
    mean = models.FloatField("平均人数")
    hours = models.PositiveIntegerField("小时数")


class Pass(models.Model):
    """Up to where the journal has been looked over: `name` says for what."""

    name = models.CharField("用途", max_length=20, primary_key=True)
    until = models.DateTimeField("看到")
