"""Second factors: authenticators, passkeys, recovery codes (S1.3)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from nianlun.access.models.accounts import Account
from nianlun.kernel.identifiers import uuid7


class Authenticator(models.Model):
    """A secret shared with a program on the owner's telephone, sealed at rest. A code counts once: `last_step`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="账号")
    name = models.CharField("名称", max_length=40)
    secret_sealed = models.BinaryField("密钥")
    key_version = models.PositiveIntegerField("密钥版本")
    last_step = models.BigIntegerField("用过的最后一步", default=0)
    added_at = models.DateTimeField("添加时间")
    used_at = models.DateTimeField("上次使用", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="authenticator_named"),
        ]


class Passkey(models.Model):
    """The public half of a key pair that a browser or a hardware key holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="账号")
    name = models.CharField("名称", max_length=40)
    credential_id = models.BinaryField("凭据编号", max_length=1023, unique=True)
    public_key = models.BinaryField("公钥")
    sign_count = models.BigIntegerField("签名次数", default=0)
    added_at = models.DateTimeField("添加时间")
    used_at = models.DateTimeField("上次使用", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="passkey_named"),
        ]


class RecoveryCode(models.Model):
    """A code that lets its owner in once without the telephone. Only its digest is kept."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="账号")
    digest = models.BinaryField("摘要", max_length=32)
    made_at = models.DateTimeField("生成时间")
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once"),
        ]
