"""Persons whom nobody looks at without being asked why afterwards."""

from typing import ClassVar

from django.db import models

from nianlun.kernel.identifiers import uuid7


class Listed(models.Model):
    """One well-known person on the list of one scope. Number and reason lie sealed: they would tell too much."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number_sealed = models.BinaryField("证件号（加密）", max_length=100)
    number_index = models.BinaryField("证件号（摘要）", max_length=32)
    reason_sealed = models.BinaryField("为何列入（加密）", max_length=700)
    listed_by = models.CharField("列入人", max_length=100)
    listed_at = models.DateTimeField("列入时间")
    scope = models.CharField("谁的名单", max_length=12)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scope", "number_index"], name="listed_once_in_a_scope"),
            models.CheckConstraint(condition=~models.Q(scope=""), name="listed_in_a_scope"),
        ]
