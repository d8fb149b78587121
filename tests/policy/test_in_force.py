"""Browsing the tables: what stands there on a day, and what is missing."""

from datetime import date

from nianlun.policy.in_force import in_force, plain_json
from nianlun.policy.lawbook import law_book

HEAD = 'title = "计发基数"\nunit = "yuan"\nkeyed_by = "benefit_month"\ntopic = "计发"\nlasts = "year"\n'
OTHER = 'title = "比例"\nunit = "rate"\nkeyed_by = "benefit_month"\ntopic = "账户"\n'
BOOK = law_book(
    {
        "national/ratio.toml": OTHER
        + '[[span]]\nsince = 1998-01-01\nvalue = { a = 0.110, b = [1, "x"] }\nsource = "甲"\nconfidence = "S-P"\n'
        + '[[span]]\nsince = 2006-01-01\ngroup = "new"\nvalue = 0.08\nsource = "乙"\nconfidence = "M"\n',
        "130000/base.toml": HEAD
        + '[[span]]\nsince = 2024-01-01\nvalue = 7000\nsource = "丙"\nconfidence = "S-G"\n'
        + '[[absent]]\nsince = 2025-01-01\nreason = "没有见到文件。"\n',
    }
)


def rows(on: str, **wanted: str) -> list[tuple[str, str, bool]]:
    found = in_force(BOOK, date.fromisoformat(on), **wanted)
    return [(row.table.name, row.group, row.span is None) for row in found]


def test_a_region_sees_its_own_tables_and_the_nations():
    assert rows("2024-05-01", region="130600") == [
        ("base", "", False),
        ("ratio", "", False),
        ("ratio", "new", False),
    ]
    assert (
        rows("2024-05-01", region="110000")
        == rows("2024-05-01")
        == [
            ("ratio", "", False),
            ("ratio", "new", False),
        ]
    )


def test_topic_and_table_narrow_what_is_shown():
    assert rows("2024-05-01", region="130000", topic="计发") == [("base", "", False)]
    assert rows("2024-05-01", region="130000", table="ratio", topic="计发") == []


def test_what_is_missing_says_why():
    found = [row.to_json() for row in in_force(BOOK, date(2025, 3, 1), region="130000", table="base")]
    assert found == [
        {
            "table": "base",
            "title": "计发基数",
            "topic": "计发",
            "unit": "yuan",
            "keyed_by": "benefit_month",
            "group": "",
            "absent": "《计发基数》没有 2025-03-01 的数值：没有见到文件。",
        }
    ]
    assert rows("2005-12-31", table="ratio") == [("ratio", "", False), ("ratio", "new", True)]


def test_every_number_leaves_as_a_text_with_the_digits_it_was_written_with():
    (row, _) = in_force(BOOK, date(2024, 1, 1), table="ratio")
    assert row.span is not None
    assert plain_json(row.span.value) == {"a": "0.110", "b": ["1", "x"]}
    assert row.to_json()["until"] is None and row.to_json()["absent"] is None
