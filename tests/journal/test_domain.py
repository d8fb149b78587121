"""What an entry says, how it is digested, and whose address counts: the pure rules."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.journal import domain

SOMEBODY = UUID("019abcde-0000-7000-8000-000000000001")
CONTENT = domain.Content(
    at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    account_id=7,
    role="clerk",
    role_label="经办",
    name="李静",
    agency_name="莲池区经办处",
    scope="130606",
    action="registry.identity_number_revealed",
    about="",
    about_id="",
    person_id=SOMEBODY,
    purpose="退休待遇核定",
    rows=1,
    outcome="done",
    address="10.1.2.3",
    details={"b": 1, "a": ["x", None]},
)


def test_an_action_has_one_sentence():
    assert domain.declare("tests.once", "试一次") == "tests.once"
    domain.declare("tests.once", "试一次")
    with pytest.raises(ValueError, match=r"tests\.once"):
        domain.declare("tests.once", "试两次")


def test_a_sentence_is_filled_with_what_the_entry_has_and_never_fails():
    domain.declare("tests.filled", "把 {about} 改为 {new}，共 {rows} 行，依据 {rule}")
    told = domain.tell("tests.filled", about="出生日期", rows=2, details={"new": "1958-08-04"})
    assert told == "把 出生日期 改为 1958-08-04，共 2 行，依据 —"
    assert domain.tell("gone.action", about="某物", rows=0, details={}) == "gone.action：某物"


def test_an_identity_number_never_gets_into_the_journal_whole():  # S5.5
    assert domain.clean("查 130606196604280411 的档案") == "查 1306••••••••••0411 的档案"
    assert domain.clean("13060619660428041x") == "1306••••••••••041x"
    assert domain.clean("2026112300000000000001") == "2026112300000000000001"  # a longer number is none
    assert domain.clean("id130606196604280411a") == "id1306••••••••••0411a"


def test_a_digest_stays_whole_though_eighteen_of_its_characters_are_digits():
    digest = "ab" * 20 + "130606196604280411" + "cd" * 35
    assert domain.clean(f"SHA-512 {digest}") == f"SHA-512 {digest}"
    assert domain.plain({"number": {"130606196604280411"}}) == {"number": ["1306••••••••••0411"]}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "x", "\x00", "中", "130606196604280411"])
    | st.sampled_from([1.5, Decimal("1.10"), SOMEBODY, datetime(2026, 1, 1, tzinfo=UTC)]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(values)
def test_details_come_back_as_they_went_in(value):
    plain = domain.plain(value)
    assert json.loads(json.dumps(plain)) == plain
    assert domain.plain(plain) == plain
    assert "\x00" not in json.dumps(plain, ensure_ascii=False)


CHANGED = {
    datetime: CONTENT.at + timedelta(microseconds=1),
    int: 99,
    str: "changed",
    UUID: UUID(int=1),
    dict: {"a": ["x", None], "b": 2},
}


@pytest.mark.parametrize("name", [field.name for field in fields(domain.Content)])
def test_the_digest_covers_every_field(name):
    changed = replace(CONTENT, **{name: CHANGED[type(getattr(CONTENT, name))]})
    assert changed.said() != CONTENT.said()


def test_the_digest_does_not_depend_on_the_order_of_details_or_the_time_zone():
    shuffled = replace(CONTENT, details={"a": ["x", None], "b": 1})
    assert shuffled.said() == CONTENT.said()


def test_moving_text_from_one_field_to_the_next_changes_the_digest():
    one, other = replace(CONTENT, about="ab", about_id="c"), replace(CONTENT, about="a", about_id="bc")
    assert one.said() != other.said()


PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # anybody can write that header
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # only the last hop was seen by a proxy
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, garbage, 10.0.0.2", "10.0.0.2"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("", "198.51.100.1", ""),
        ("unix:", "", ""),
    ],
)
def test_only_what_a_trusted_proxy_says_of_the_source_counts(remote, forwarded, expected):  # S1.4
    assert domain.source_address(remote, forwarded=forwarded, trusted=PROXIES) == expected


hops = st.lists(st.sampled_from(["1.1.1.1", "10.0.0.2", "junk", "", "::1"]), max_size=4).map(",".join)


@given(st.sampled_from(["203.0.113.9", "198.51.100.4"]), hops)
def test_a_stranger_is_known_by_the_own_address_whatever_it_claims(remote, forwarded):
    assert domain.source_address(remote, forwarded=forwarded, trusted=PROXIES) == remote
