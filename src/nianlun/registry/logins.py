"""The account by which an insured person sees the own record: opened at the counter by two (S2.5)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access import operations as access
from nianlun.access import queries as access_queries
from nianlun.access.domain import NotVisible, Refused, Role, Viewer
from nianlun.access.queries import CounterRequest
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.registry import operations, queries
from nianlun.registry.domain import NotRegistrable, PersonLine
from nianlun.registry.models import Person, PersonLogin

OPENED = declare("registry.login_opened", "核对身份证件，开通网上服务，账号 {about}")
RESET = declare("registry.login_reset", "核对身份证件，重设网上服务的口令，账号 {about}")
RELEASED = declare("registry.login_released", "复核并发放网上服务的后半开通码，账号 {about}")
VOIDED = declare("registry.login_voided", "作废网上服务的开通码，账号 {about}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLine:
    """A person's account, and what is under way with it."""

    username: str
    is_active: bool
    request: CounterRequest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenHalf:
    """Half a code, shown once, and the account it is for; the first time that account was made with it."""

    username: str
    half: str
    is_new: bool
    request_key: str


def login_of(person_id: UUID, *, at: datetime) -> LoginLine | None:
    """The account of a person whom the viewer was found to see, None where there is none."""
    account_id = _account_of(person_id)
    if account_id is None:
        return None
    line = access_queries.public_account(account_id)
    return LoginLine(
        username=line.username,
        is_active=line.is_active,
        request=access_queries.counter_request(account_id, at=at),
    )


def waiting_logins(viewer: Viewer, *, at: datetime) -> list[tuple[PersonLine, CounterRequest]]:
    """What waits for a second person in the viewer's scope, the oldest first."""
    waiting = {one.account_id: one for one in access_queries.counter_requests(viewer, at=at)}
    owners = dict(PersonLogin.objects.filter(account_id__in=waiting).values_list("account_id", "person_id"))
    lines = queries.persons(viewer, owners.values())
    return [(lines[owners[key]], one) for key, one in waiting.items() if owners.get(key) in lines]


@transaction.atomic
def open_login(viewer: Viewer, *, person_id: UUID, document_seen: bool, at: datetime) -> GivenHalf:
    """Open a person's account, or reset the password of the one there is; returns the first half of the code.

    One account a person: whoever opens one at the same moment waits for this and then resets it. Raises
    `NotRegistrable` with a sentence, `Refused`, `NotVisible`.
    """
    row = Person.objects.select_for_update().filter(pk=person_id).first()
    if row is None:
        raise NotVisible
    line = queries.person(viewer, person_id)
    if line.died_on is not None:
        raise NotRegistrable("已登记死亡，不能开通网上服务。登记有误的，请先办更正业务。")
    if not document_seen:
        raise NotRegistrable("请先核对身份证件原件和本人，再开通。")
    _ensure_not_own(viewer, person_id)
    account_id = _account_of(person_id)
    try:
        made, half = access.give_first_half(
            viewer,
            account_id=account_id,
            username=line.personal_number,
            name=line.name,
            scope=line.division,
            agency_name=line.agency_name,
            at=at,
        )
    except access.LoginTaken:
        raise NotRegistrable(
            f"账号 {line.personal_number} 已被别的用途占用。请系统管理员查明后停用。"
        ) from None
    if account_id is None:
        operations.link_login(by=None, account_id=made, person_id=person_id, at=at)
    username = access_queries.public_account(made).username
    _tell(OPENED if account_id is None else RESET, person_id, username, by=viewer, at=at)
    key = f"{made}:{at.isoformat()}"
    return GivenHalf(username=username, half=half, is_new=account_id is None, request_key=key)


@transaction.atomic
def release_login(viewer: Viewer, *, person_id: UUID, at: datetime) -> GivenHalf:
    """The second half, by another person than who gave the first. Raises `Refused`, `NotVisible`."""
    line = queries.person(viewer, person_id)
    _ensure_not_own(viewer, person_id)
    account_id = _known_account(person_id)
    half = access.give_second_half(viewer, account_id, scope=line.division, at=at)
    username = access_queries.public_account(account_id).username
    _tell(RELEASED, person_id, username, by=viewer, at=at)
    key = f"{account_id}:{at.isoformat()}"
    return GivenHalf(username=username, half=half, is_new=False, request_key=key)


@transaction.atomic
def void_login(viewer: Viewer, *, person_id: UUID, at: datetime) -> None:
    """Make both halves worthless. Raises `Refused`, `NotVisible`."""
    line = queries.person(viewer, person_id)
    account_id = _known_account(person_id)
    access.void_code(viewer, account_id, scope=line.division, at=at)
    _tell(VOIDED, person_id, access_queries.public_account(account_id).username, by=viewer, at=at)


def close_logins(person_id: UUID, *, by: Viewer | None, at: datetime) -> int:
    """Switch off the account of a person who died, within the deed that records it."""
    accounts = PersonLogin.objects.filter(person_id=person_id).values_list("account_id", flat=True)
    return access.switch_off_public(list(accounts), by=by, at=at)


def _account_of(person_id: UUID) -> int | None:
    """The public account; a member of staff has another, by which the own case is kept away."""
    rows = PersonLogin.objects.filter(person_id=person_id, account__role=Role.INSURED.value)
    return rows.order_by("account_id").values_list("account_id", flat=True).first()


def _known_account(person_id: UUID) -> int:
    account_id = _account_of(person_id)
    if account_id is None:
        raise NotVisible
    return account_id


def _ensure_not_own(viewer: Viewer, person_id: UUID) -> None:
    if person_id in queries.persons_close_to(viewer.account_id):
        raise Refused("不能给本人或近亲属办理网上服务。请交给同事办理。")


def _tell(action: str, person_id: UUID, username: str, *, by: Viewer, at: datetime) -> None:
    journal.record(
        action, by=by, about=username, about_id=str(person_id), person_id=person_id, rows=1, at=at
    )
