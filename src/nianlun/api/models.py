"""What the API has answered to requests that change something, so that one sent twice takes effect once."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class KeptAnswer(models.Model):
    """The answer to one request of one program, by the key that the program gave it.

    It is written in the transaction of what was done: there is no effect without it, and it without no effect. The
    content names the case by number and state, never a person. `digest` is of address and body.
    """

    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+")
    key = models.CharField("请求标识", max_length=100)
    digest = models.BinaryField("请求的摘要", max_length=32)
    status = models.PositiveSmallIntegerField("状态码", default=0)
    content = models.JSONField("答复", default=dict)
    at = models.DateTimeField("时间")
    until = models.DateTimeField("保留到")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "key"], name="kept_answer_one_per_key"),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="kept_answer_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.key}"
