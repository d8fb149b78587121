"""Tables speak English to the formulas and Chinese to people."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from nianlun.policy.lawbook import shipped
from nianlun.policy.table_words import GROUPS, KEYS, UNITS
from nianlun.policy.tables import Value
from nianlun.policy.value_words import PARTS, value_words


def part_names(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from part_names(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from part_names(inner)


def test_every_part_group_unit_and_key_of_the_shipped_tables_has_its_word():
    tables = shipped().tables.values()
    parts = {name for t in tables for span in t.spans for name in part_names(span.value)}
    assert sorted(name for name in parts if not name.isdigit() and name not in PARTS) == []
    groups = {one.group for t in tables for one in (*t.spans, *t.absences)}
    assert sorted(groups - set(GROUPS) - {""}) == []
    assert {t.unit for t in tables} <= set(UNITS)
    assert {t.keyed_by for t in tables} <= set(KEYS)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (7410, "7410"),
        (Decimal("0.60"), "0.60"),
        ("last_published", "上一次公布的"),
        ("1996-01", "1996-01"),
        ({"lower": 4076, "upper": 20382}, "下限：4076，上限：20382"),
        ({"years": "half_up:2", "total": "exact"}, "缴费年限：四舍五入到 2 位小数，合计：不取整"),
        ({"tiers": (100, 200), "subsidy": {"100": 30}}, "档次：100、200，缴费补贴：（100：30）"),
        ({"40": 233}, "40：233"),
    ],
)
def test_a_value_in_words(value, words):
    assert value_words(value) == words
