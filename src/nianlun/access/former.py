"""Accounts of those who decided before a rebuild: they come back as names without access.

Who decided what is part of the archives, and the tables demand two different people; who may sign in is not. So a
former account has its old number, its name and its post, is switched off, has no password and sees no division.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection

from nianlun.access.models import Account

USERNAME = "former-{number}"


def accounts(ids: Collection[int]) -> list[dict[str, Any]]:
    """What the files kept with objects tell of accounts, by number."""
    rows = Account.objects.filter(pk__in=set(ids)).order_by("pk")
    return [{"id": row.pk, "name": row.name, "role": row.role} for row in rows]


def restore_accounts(contents: Iterable[Mapping[str, Any]]) -> None:
    """Bring accounts back as former ones. A number keeps meaning the same person for ever, so none is given anew."""
    rows = [_former(content) for content in contents]
    if not rows:
        return
    Account.objects.bulk_create(rows, ignore_conflicts=True)
    keep_numbers(up_to=max(int(row.pk) for row in rows))


def keep_numbers(*, up_to: int) -> None:
    """Let no new account get a number up to this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s, greatest(%s, nextval(s) - 1)) FROM pg_get_serial_sequence('access_account', 'id') s",
            [max(1, up_to)],
        )


def any_account() -> bool:
    """Whether anybody has an account that is not a former one."""
    return Account.objects.exclude(username__startswith=USERNAME.format(number="")).exists()


def _former(content: Mapping[str, Any]) -> Account:
    row = Account(
        pk=content["id"],
        username=USERNAME.format(number=content["id"]),
        name=content["name"],
        role=content["role"],
        is_active=False,
    )
    row.set_password(None)
    return row
