"""Accounts: who can sign in, with one post and one scope."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from nianlun.access import passwords
from nianlun.access.domain import Role, Viewer


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
