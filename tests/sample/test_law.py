"""The demo's local law: made by two personas, once, and marked as what it is."""

from datetime import date
from decimal import Decimal

import pytest
from tests import factories

from nianlun.lawbook import queries
from nianlun.lawbook.domain import State
from nianlun.policy.tables import NotInForce
from nianlun.sample import local_law
from nianlun.sample.seeding import law
from nianlun.sample.seeding.accounts import STAFF

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(now):
    for one in STAFF:
        if one.username in (law.OFFICER, law.REVIEWER):
            factories.staff(one.role.value, scope=one.scope, name=one.name, username=one.username)
    law.make_editions(at=now)


def test_the_rates_before_2016_are_in_force_from_memory_and_say_that_they_are_for_showing(seeded):
    book = queries.current()
    for year in range(1993, 2016):
        span = book.on("account_interest_rates", date(year, 7, 1), region="130606")
        assert (span.confidence, span.source) == ("M", local_law.RATE_SOURCE)
    assert book.on("account_interest_rates", date(1998, 1, 1), region="130000").decimal() == Decimal(
        "0.0477"
    )
    assert book.on("account_interest_rates", date(2016, 1, 1), region="130000").region == ""
    with pytest.raises(NotInForce):
        book.on("account_interest_rates", date(1992, 12, 31), region="130000")
    with pytest.raises(NotInForce):
        book.on("account_interest_rates", date(2010, 1, 1), region="310000")


def test_one_draft_waits_for_the_officer_and_seeding_again_adds_nothing(seeded, now):
    law.make_editions(at=now)
    lines = {line.title: line for line in queries.drafts(factories.staff("policy_officer", scope="13"))}
    assert {title: line.state for title, line in lines.items()} == {
        "河北个人账户和居民待遇的缺失数值（演示参数）": State.APPROVED,
        "2026 年计发基数和 2027 年缴费基数上下限（拟）": State.OPEN,
    }
    assert [line.number for line in queries.editions()] == [2, 1]
    draft = queries.with_draft(lines["2026 年计发基数和 2027 年缴费基数上下限（拟）"].id)
    span = draft.on("contribution_base_bounds", date(2027, 1, 1), region="130000")
    assert span.number("lower") < span.decimal("reference_month") < span.number("upper")
    with pytest.raises(NotInForce):
        queries.current().on("contribution_base_bounds", date(2027, 1, 1), region="130000")
