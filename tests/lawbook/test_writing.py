"""The small writer: a value goes where it belongs, everything else stays as it stood."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lawbook.conftest import base_of_2026

from nianlun.lawbook.domain import NotATable, file_text
from nianlun.lawbook.writing import (
    NewValue,
    check_shape,
    merge,
    new_file,
    parse_value,
    put_value,
    value_text,
)
from nianlun.policy.lawbook import law_book, shipped
from nianlun.policy.table_files import read_table
from nianlun.policy.tables import NotInForce

PATH = "130000/pension_base.toml"
TEXT = shipped().files[PATH]


def put(new: NewValue, text: str = TEXT, *, yearly: bool = True):
    written = put_value(text, new, home="130000", yearly=yearly)
    return written, read_table(written, name="pension_base", region="130000")


def test_a_new_year_is_added_at_the_end_and_the_rest_stays_letter_by_letter():
    written, table = put(base_of_2026(note='说明 "引号" \\ 反斜线'))
    assert written.startswith(TEXT)
    assert table.on(date(2026, 3, 1), region="130000").note == '说明 "引号" \\ 反斜线'


def test_a_year_within_an_absence_cuts_it_in_two_and_both_keep_their_reason():
    written, table = put(base_of_2026(since=date(2015, 1, 1), value=4000))
    assert table.on(date(2015, 7, 1), region="130000").number() == 4000
    for day in (date(2014, 7, 1), date(2016, 7, 1)):
        with pytest.raises(NotInForce, match="没有找到这一年的计发基数"):
            table.on(day, region="130000")
    assert [line for line in TEXT.splitlines() if line.startswith("#")] == [
        line for line in written.splitlines() if line.startswith("#")
    ]


def test_a_value_of_the_same_day_takes_the_place_of_the_old_one():
    written, table = put(base_of_2026(since=date(2025, 1, 1), value=Decimal("7483.5")))
    assert table.on(date(2025, 7, 1), region="130000").decimal() == Decimal("7483.5")
    assert "7410" not in written


STEPS = """title = "基础养老金"
unit = "yuan_a_month"
keyed_by = "benefit_month"
topic = "居民"

[[span]]
since = 2010-01-01
until = 2012-01-01
value = 55
source = "s"
confidence = "M"

# why nothing is known
[[absent]]
since = 2012-01-01
reason = "未见"
"""


def test_a_value_that_runs_on_ends_the_open_absence_it_lies_in():
    written = put_value(STEPS, base_of_2026(since=date(2015, 1, 1), value=75), home="", yearly=False)
    table = read_table(written, name="x")
    assert table.on(date(2030, 1, 1)).number() == 75
    with pytest.raises(NotInForce, match="未见"):
        table.on(date(2013, 1, 1))
    assert "# why nothing is known\n[[absent]]" in written


def test_a_first_value_in_a_folder_takes_the_head_of_the_other_files():
    table = shipped().table("pension_base")
    made = new_file(table, base_of_2026(region="130600"), home="130600")
    book = law_book({**shipped().files, "130600/pension_base.toml": made})
    assert book.on("pension_base", date(2026, 2, 1), region="130606").number() == 7600


def test_a_text_the_writer_does_not_understand_is_left_to_a_person():
    inline = (
        STEPS.partition("[[span]]")[0]
        + 'span = [{since=2010-01-01, value=1, source="s", confidence="M"}]\n'
    )
    quoted = STEPS.replace('source = "s"', 'source = """\n[[span]]\n"""')
    for text in (inline, quoted):
        with pytest.raises(NotATable, match="改整个文件"):
            put_value(text, base_of_2026(), home="", yearly=False)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("7410", 7410),
        (" 0.0831 ", Decimal("0.0831")),
        ("half_up:2", "half_up:2"),
        ('"2026"', "2026"),
        ("不定期", "不定期"),
        ("lower = 4076\nupper = 20382", {"lower": 4076, "upper": 20382}),
        ('tiers = [100, 200]\nsubsidy = { "200" = 30 }', {"tiers": (100, 200), "subsidy": {"200": 30}}),
        ("[1, 2]", (1, 2)),
    ],
)
def test_values_are_read_as_people_type_them_and_shown_so_that_they_read_the_same(typed, value):
    assert parse_value(typed) == value
    assert parse_value(value_text(value)) == value


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "true",
        "1e400",
        "nan",
        "2026-01-01",
        "a = ",
        "x = 1\ny",
        '1\nsource = "x"',
        "{}",
        "9" * 5000,
        "[" * 9000,
        "value = 1\n[[span]]\nsince = 2020-01-01",
    ],
)
def test_what_is_no_value_gets_a_sentence(typed):
    try:
        value = parse_value(typed)
    except NotATable as reason:
        assert str(reason).endswith("。")
    else:  # taken as parts or as a word, never as another line of the file
        made = new_file(shipped().table("pension_base"), base_of_2026(value=value), home="130000")
        assert made.count("[[span]]") == made.count('source = "某通知"') == 1 or "[[" not in typed


texts = st.text(st.sampled_from('a"\\\n\t中#[]={}\x7f\u2028😀'), min_size=1, max_size=12)
values = st.recursive(
    st.integers(-5, 5)
    | st.sampled_from([Decimal("0.08"), Decimal("7410.50"), Decimal("-1")])
    | texts.filter(lambda t: t.strip()),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(tuple)
        | st.dictionaries(texts, inner, min_size=1, max_size=3)
    ),
    max_leaves=5,
)


@given(values, texts.filter(lambda t: t.strip()))
def test_whatever_is_written_reads_back_as_it_was(value, source):
    new = base_of_2026(value=value, source=source, note=source)
    written = put_value(TEXT, new, home="130000", yearly=True)
    span = file_text(written, path=PATH).spans[-1]
    assert (span.value, span.source, span.note) == (value, source.strip(), source.strip())


def test_a_value_of_another_kind_than_the_table_s_is_refused():
    bounds, base = shipped().table("contribution_base_bounds"), shipped().table("pension_base")
    with pytest.raises(NotATable, match="缺 upper"):
        check_shape({"lower": 1, "reference_month": 2}, table=bounds, group="")
    with pytest.raises(NotATable, match="数字，现在写的是文字"):
        check_shape("７４１０", table=base, group="")
    check_shape({"lower": 1, "upper": 2, "reference_month": 2}, table=bounds, group="")


def test_two_changes_of_different_rows_merge_and_of_the_same_row_do_not():
    mine, _ = put(base_of_2026(since=date(2015, 1, 1), value=4000))
    theirs, _ = put(base_of_2026())
    both = merge(TEXT, mine, theirs, home="130000")
    table = read_table(both, name="pension_base", region="130000")
    assert [table.on(date(y, 1, 1), region="130000").number() for y in (2015, 2025, 2026)] == [
        4000,
        7410,
        7600,
    ]
    other, _ = put(base_of_2026(value=7700))
    assert merge(TEXT, other, theirs, home="130000") is None
    assert merge(TEXT, TEXT, theirs, home="130000") == theirs
    assert merge(TEXT, mine, TEXT, home="130000") == mine
