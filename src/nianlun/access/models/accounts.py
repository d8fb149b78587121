"""Accounts: who can sign in, with one post and one scope."""

from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nianlun.access import passwords
from nianlun.access.domain import FAMILY, Role, Viewer


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their login; they are made by `operations.add_account`."""

    def standing(self) -> models.QuerySet["Account"]:
        """Accounts with all that `viewer` goes by, read in the same query."""
        return self.select_related("standing").annotate(read_at=Now())


class Account(AbstractBaseUser):
    """Somebody who can sign in. One role, one scope; what they allow is `domain.RIGHTS`.

    `holder` is the natural person behind it: accounts of one person share it. A post counts only while a grant of
    that role and scope is in force; changing the columns here gives nobody anything.
    """

    username = models.CharField("账号", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=100)
    role = models.CharField("岗位", max_length=30, choices=[(role.value, role.label) for role in Role])
    scope = models.CharField("辖区", max_length=12, blank=True)
    agency_name = models.CharField("机构", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)
    holder = models.UUIDField("自然人", default=uuid4, db_index=True)
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

    def viewer(self, *, at: datetime | None = None, device: str = "") -> Viewer:
        """The account as the rules see it at the instant, or without one as of the moment its row was read.

        `device` is the browser it came by.
        """
        read: Any = self.__dict__.get("read_at")
        if read is None:
            return Account.objects.standing().get(pk=self.pk).viewer(at=at, device=device)
        at, known = at or read, self.standing
        role = Role(self.role)
        viewer = Viewer(
            account_id=self.pk,
            role=role,
            name=self.name,
            agency_name=self.agency_name,
            scope=self.scope,
            device=device,
        )
        posts = [(held["role"], held["scope"]) for held in known.held if _in_force(held, at=at)]
        if role in FAMILY and (self.role, self.scope) not in posts:
            return replace(viewer, lapsed=True)
        filled = [leave for leave in known.filled if _in_force(leave, at=at)]
        broken = [glass for glass in known.broken if _in_force(glass, at=at)]
        if not filled and not broken:
            return viewer
        absent = "、".join(dict.fromkeys(str(leave["name"]) for leave in filled))
        return replace(
            viewer,
            name=f"{self.name}（代{absent}）"[:100] if absent else self.name,
            standing_in=frozenset(Role(each["role"]) for each in (*filled, *broken)),
            glass_until=max((datetime.fromisoformat(glass["until"]) for glass in broken), default=None),
        )


class Standing(models.Model):
    """What posts an account holds, fills for others and has behind broken glass: a view, worked out by the database.

    The gate asks for it with every request; put together here by expressions it took a dozen times as long.
    """

    account = models.OneToOneField(
        Account, models.DO_NOTHING, primary_key=True, related_name="standing", db_constraint=False
    )
    held = models.JSONField()
    filled = models.JSONField()
    broken = models.JSONField()

    class Meta:
        managed = False
        db_table = "access_standing"


def _in_force(period: dict[str, str], *, at: datetime) -> bool:
    return datetime.fromisoformat(period["since"]) <= at < datetime.fromisoformat(period["until"])
