"""Makers of what tests need, through the operations everybody uses. Every name and number is invented."""

import itertools
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from nianlun.access import operations as access
from nianlun.access import queries as access_queries
from nianlun.access.domain import Role, TokenScope, Viewer, code_at, new_secret, step_of
from nianlun.access.keys import session_digest
from nianlun.access.models import Account, Grant, Session
from nianlun.contributions import operations as contributions
from nianlun.contributions.domain import NewPosting, Part, Source
from nianlun.kernel.identity import check_character
from nianlun.kernel.months import parse_month
from nianlun.registry import employer_logins
from nianlun.registry import operations as registry
from nianlun.registry import queries as registry_queries
from nianlun.registry.domain import AgencyLine, PersonLine, Scheme

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
FAR = datetime(2126, 1, 5, 1, 0, tzinfo=UTC)
"""When posts given to test accounts end: not before the tests are run."""
PASSWORD = "Tulv-Hai-9-Xiangjiao"
_numbers = itertools.count(1)


def identity_number(*, born: date = date(1966, 4, 28), sex: str = "male", division: str = "130606") -> str:
    """A well-formed identity number that no other call has returned for this birth date, division and sex."""
    sequence = (next(_numbers) * 2 + (1 if sex == "male" else 0)) % 1000
    first17 = f"{division}{born:%Y%m%d}{sequence:03d}"
    return first17 + check_character(first17)


def agency(division: str = "130606", name: str = "保定市莲池区养老保险经办处") -> AgencyLine:
    """An agency; the one that is there already if the division has one."""
    for line in registry_queries.agencies(scope=division):
        if line.division == division:
            return line
    agency_id = registry.register_agency(by=None, name=name, division=division, at=START)
    return AgencyLine(id=agency_id, name=name, division=division)


def staff(
    role: str = "clerk",
    *,
    scope: str = "130606",
    agency_name: str = "保定市莲池区养老保险经办处",
    name: str = "",
    username: str = "",
    password: str | None = None,
) -> Viewer:
    """A new account of the role, as the rules see it. Without a password it signs in by `client_of` only."""
    number = next(_numbers)
    account_id = access.add_account(
        by=None,
        username=username or f"{role}-{number}",
        name=name or f"{Role(role).label}{number}",
        role=Role(role),
        scope=scope,
        agency_name=agency_name,
        password=password,
        until=FAR,
        at=START,
    )
    return access_queries.viewer_of(account_id)


def change_post(viewer: Viewer, role: str) -> Viewer:
    """Let the account hold another post from now on, as if it had been given in four steps."""
    account = Account.objects.get(pk=viewer.account_id)
    Account.objects.filter(pk=account.pk).update(role=role)
    Grant.objects.filter(account=account).update(role=role)
    return access_queries.viewer_of(account.pk)


def person(
    at_agency: AgencyLine | None = None,
    *,
    name: str = "张伟",
    sex: str = "male",
    born: date = date(1966, 4, 28),
    category: int = 0,
    scheme: str = "enterprise",
    number: str = "",
) -> PersonLine:
    """A registered person; men get category 60 and women 50 unless told otherwise."""
    person_id = registry.register_person(
        by=None,
        name=name,
        identity_number=number or identity_number(born=born, sex=sex),
        scheme=scheme,
        category=category or (60 if sex == "male" else 50),
        agency_id=(at_agency or agency()).id,
        personal_number=f"P{next(_numbers):09d}",
        at=START,
    )
    return registry_queries.system_person(person_id)


def insured(line: PersonLine) -> Viewer:
    """The person's own account."""
    own = staff("insured", scope="", agency_name="", name=line.name)
    registry.link_login(by=None, account_id=own.account_id, person_id=line.id, at=START)
    return own


def employer(name: str = "保定市第二棉纺厂", *, at_agency: AgencyLine | None = None) -> UUID:
    """A registered unit."""
    return registry.register_employer(by=None, name=name, agency_id=(at_agency or agency()).id, at=START)


def employer_account(employer_id: UUID, *, scope: str = "130606", name: str = "吴洁") -> Viewer:
    """An account that acts for the employer."""
    unit = registry_queries.employers([employer_id])[employer_id].name
    viewer = staff("employer", scope=scope, agency_name=unit, name=name)
    employer_logins.link_employer_login(
        by=None, account_id=viewer.account_id, employer_id=employer_id, at=START
    )
    return viewer


def purpose(viewer: Viewer, person_id: UUID, *, at: datetime | None = None) -> str:
    """State a purpose for opening the person's file, by default now, and return it."""
    text = "退休待遇核定前核对档案"
    access.state_purpose(viewer, person_id=person_id, purpose=text, at=at or timezone.now())
    return text


def client_of(viewer: Viewer, *, proven_at: datetime | None = None) -> Client:
    """A browser in which the viewer is signed in, the second factor proven just now unless told otherwise."""
    client, at = Client(), timezone.now()
    client.force_login(Account.objects.get(pk=viewer.account_id))
    Session.objects.create(
        key_digest=session_digest(client.session.session_key or ""),
        account_id=viewer.account_id,
        device=uuid4().hex,
        signed_in_at=at,
        seen_at=at,
        proven_at=proven_at or at,
    )
    return client


def program(
    *scopes: str,
    scope: str = "130606",
    name: str = "政务服务网收件",
    until: datetime = FAR,
    per_minute: int = 1200,
) -> str:
    """The token of a program, made by one officer and released by another."""
    at = timezone.now()
    made = access.make_token(
        staff("system_officer", scope=scope),
        name=name,
        scope=scope,
        agency_name="保定市莲池区养老保险经办处",
        scopes=[TokenScope(one) for one in scopes],
        until=min(until, at + timedelta(days=300)),
        per_minute=per_minute,
        at=at,
    )
    access.release_token(staff("security_officer", scope=scope), made.id, at=at)
    return made.text


def authenticator(viewer: Viewer) -> str:
    """Give the viewer an authenticator and return its secret."""
    secret = new_secret()
    access.give_authenticator(viewer, secret=secret, at=START)
    return secret


def code(secret: str, *, at: datetime | None = None) -> str:
    """What an authenticator with this secret shows, by default now."""
    return code_at(secret, step_of(at or timezone.now()))


def pay(person_id: UUID, *, employer_id: UUID, since: str, until: str, at: datetime = START) -> None:
    """Book both parts of every month from `since` to before `until`, on a base of 1,386 yuan."""
    lines = [
        NewPosting(
            person_id=person_id,
            month=month,
            scheme=Scheme.ENTERPRISE,
            part=part,
            amount=Decimal("55.44"),
            base=Decimal("1386.00"),
            employer_id=employer_id,
        )
        for month in range(parse_month(since), parse_month(until))
        for part in Part
    ]
    contributions.book(lines, source=Source.TAX, by=None, at=at)


def book_roster(
    content: bytes, *, clerk: Viewer, reviewer: Viewer, at: datetime, name: str = "名册.xlsx"
) -> int:
    """A roster handed in by one and booked by another; how many postings it added."""
    outcome = contributions.hand_in_roster(clerk, content=content, name=name, at=at)
    assert outcome.import_id is not None, outcome
    return contributions.book_roster(reviewer, outcome.import_id, at=at)


def take_back(
    person_id: UUID, postings: Collection[UUID], *, clerk: Viewer, reviewer: Viewer, at: datetime
) -> int:
    """Postings taken back by two people; how many."""
    reversal = contributions.propose_reversal(
        clerk, person_id=person_id, postings=postings, reason="名册录错了月份", at=at
    )
    return contributions.confirm_reversal(reviewer, reversal, at=at)
