"""Requests for a new password, released by two persons, who give half a code each."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from nianlun.access.models.accounts import Account
from nianlun.kernel.identifiers import uuid7


class PasswordRequest(models.Model):
    """Somebody sets a password with a code of which two persons give half each, good once and for a short time.

    Of staff, who have forgotten it, two officers; of the insured, at the counter, a clerk and a reviewer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="账号")
    asked_at = models.DateTimeField("申请时间")
    address = models.CharField("来源地址", max_length=45, blank=True)
    checked_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name="核实人", null=True
    )
    checked_at = models.DateTimeField("核实时间", null=True)
    checked_device = models.CharField("核实的机器", max_length=64, blank=True)
    half_digest = models.BinaryField("前半重设码摘要", max_length=32, null=True)
    factors_too = models.BooleanField("第二因子一并重设", default=False)
    released_by = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name="发放人", null=True
    )
    code_digest = models.BinaryField("后半重设码摘要", max_length=32, null=True)
    good_until = models.DateTimeField("重设码有效至", null=True)
    closed_at = models.DateTimeField("了结时间", null=True)
    rests_until = models.DateTimeField("不能签署权限至", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(closed_at=None), name="password_request_one_open"
            ),
            models.UniqueConstraint(fields=["code_digest"], name="password_request_code_once"),
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_at=None)
                | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="password_request_check_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None, code_digest=None, good_until=None)
                | Q(released_by__isnull=False, code_digest__isnull=False, good_until__isnull=False),
                name="password_request_release_is_whole",
            ),
            # Two hands, and neither is the owner's.
            models.CheckConstraint(
                condition=Q(released_by=None)
                | (Q(checked_by__isnull=False) & ~Q(released_by=F("checked_by"))),
                name="password_request_takes_two",
            ),
            models.CheckConstraint(
                condition=(Q(checked_by=None) | ~Q(checked_by=F("account")))
                & (Q(released_by=None) | ~Q(released_by=F("account"))),
                name="password_request_not_by_owner",
            ),
        ]
