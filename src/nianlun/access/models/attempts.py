"""Attempts to sign in."""

from typing import ClassVar

from django.db import models

from nianlun.access.domain import Outcome


class Attempt(models.Model):
    """One try at a password. The login is kept as a digest only: people type passwords into that field."""

    login_digest = models.BinaryField("账号摘要", max_length=32)
    address = models.CharField("来源地址", max_length=45, blank=True)
    at = models.DateTimeField("时间")
    outcome = models.CharField("结果", max_length=20, choices=[(o.value, o.value) for o in Outcome])

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["login_digest", "at"], name="attempt_login"),
            models.Index(fields=["address", "at"], name="attempt_address"),
        ]
