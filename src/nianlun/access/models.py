"""Accounts, attempts to sign in, and the purposes for which persons' files are opened."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from nianlun.access import passwords
from nianlun.access.domain import Outcome, Role, Viewer


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their login; they are made by `operations.add_account`."""


class Account(AbstractBaseUser):
    """Somebody who can sign in. One role, one scope; what they allow is `domain.RIGHTS`."""

    username = models.CharField("账号", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=100)
    role = models.CharField("岗位", max_length=30, choices=[(role.value, role.label) for role in Role])
    scope = models.CharField("辖区", max_length=12, blank=True)
    agency_name = models.CharField("机构", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)
    persona = models.CharField("演示角色说明", max_length=200, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="account_role_known"
            ),
            models.CheckConstraint(condition=Q(scope__regex=r"^\d*$"), name="account_scope_is_digits"),
            models.CheckConstraint(condition=~Q(username=""), name="account_username_given"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_role_display()}）"

    def set_password(self, raw_password: str | None) -> None:
        """Keep the password as Argon2id with the cost of S1.1, whatever hashers the settings name."""
        self._password = raw_password
        self.password = passwords.hashed(raw_password)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password; raises `passwords.TooBusy` when too many are being computed."""
        return passwords.matches(raw_password or "", self.password)

    def viewer(self) -> Viewer:
        """The account as the rules see it."""
        return Viewer(
            account_id=self.pk,
            role=Role(self.role),
            name=self.name,
            agency_name=self.agency_name,
            scope=self.scope,
        )


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


class Purpose(models.Model):
    """Why an account opens a person's file, for as long as that holds (S3.1)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="账号")
    person_id = models.UUIDField("参保人")
    text = models.CharField("事由", max_length=200)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "person_id", "-since"], name="purpose_current")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="purpose_period_half_open"),
        ]
