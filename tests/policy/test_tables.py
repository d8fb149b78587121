"""Policy tables: every month is covered once, and a table that breaks the form never loads."""

from datetime import date
from itertools import pairwise

import pytest

from nianlun.kernel.months import first_day, last_day, month, month_of
from nianlun.policy.tables import NotInForce, TableBroken, load_table, read_table, table_names

FIVE_YEARS_AHEAD = month(date.today().year + 5, 12)  # noqa: DTZ011 - coverage in time is about today

SPAN = """
[[span]]
since = 2011-07-01
value = 180
source = "社会保险法 第十六条"
confidence = "S-P"
"""
HEAD = 'title = "最低年限"\nunit = "month"\nkeyed_by = "retired_on"\n'


@pytest.mark.parametrize("name", table_names())
def test_no_month_from_the_first_day_to_five_years_ahead_is_without_a_rule(name):
    table = load_table(name)
    for (group, region), spans in table.series().items():
        for value in range(month_of(spans[0].since), FIVE_YEARS_AHEAD + 1):
            assert table.on(last_day(value), group=group, region=region).since <= last_day(value)


@pytest.mark.parametrize("name", table_names())
def test_spans_follow_one_another_without_gap_or_overlap(name):
    table = load_table(name)
    for (group, region), spans in table.series().items():
        for earlier, later in pairwise(spans):
            eve = date.fromordinal(later.since.toordinal() - 1)
            assert table.on(eve, group=group, region=region) == earlier
            assert table.on(later.since, group=group, region=region) == later


@pytest.mark.parametrize("name", table_names())
def test_the_day_before_the_first_span_is_an_error_and_never_the_nearest_value(name):
    table = load_table(name)
    for (group, region), spans in table.series().items():
        eve = date.fromordinal(spans[0].since.toordinal() - 1)
        with pytest.raises(NotInForce, match="最早的规定自"):
            table.on(eve, group=group, region=region)


def test_retirement_tables_reach_back_to_1978_06():
    for group in ("male_60", "female_55", "female_50"):
        assert load_table("national/retirement_age").on(last_day(month(1978, 6)), group=group)
    assert load_table("national/minimum_contribution_months").on(last_day(month(1978, 6))).number() == 120


def test_the_law_of_2024_does_not_know_the_steps_of_2030():
    table = load_table("national/minimum_contribution_months")
    assert table.on(first_day(month(2035, 1)), law=date(2024, 12, 31)).number() == 180
    assert table.on(first_day(month(2035, 1)), law=date(2025, 1, 1)).number() == 216


def test_the_narrowest_region_decides_and_the_nation_stands_behind():
    local = SPAN.replace("180", "200") + 'region = "130000"\n'
    table = read_table(f"{HEAD}{SPAN}{local}", name="t")
    assert table.on(date(2020, 1, 1), region="130606").number() == 200
    assert table.on(date(2020, 1, 1), region="370000").number() == 180
    assert table.on(date(2020, 1, 1)).number() == 180


def test_a_row_travels_with_its_source_and_its_mark():
    row = load_table("national/retirement_age").on(date(2026, 1, 1), group="male_60").row()
    assert row.confidence == "S-C"
    assert row.source.startswith("国务院关于渐进式延迟法定退休年龄的办法")
    assert row.value == "original_months=720, first_birth=1965-01, step_months=4, cap_months=36"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "span"),
        (HEAD + SPAN + "surprise = 1\n", "surprise"),
        ("surprise = 1\n" + HEAD + SPAN, "surprise"),
        (HEAD + SPAN.replace('"社会保险法 第十六条"', '" "'), "source is empty"),
        (HEAD + SPAN.replace('source = "社会保险法 第十六条"\n', ""), "source"),
        (HEAD + SPAN.replace("S-P", "sure"), "confidence"),
        (HEAD + SPAN + SPAN, "out of order"),
        (HEAD + SPAN + SPAN.replace("2011", "2005"), "out of order"),
        (HEAD + SPAN.replace("2011-07-01", "2011-07-01T00:00:00"), "must be days"),
        (HEAD + SPAN + "law_since = 2012-01-01\n", "law_since"),
        (HEAD + SPAN + 'region = "13"\n', "six digits"),
        (HEAD + SPAN.replace("180", "[180]"), "neither a number nor a text"),
        (HEAD + SPAN.replace("180", "true"), "neither a number nor a text"),
        (HEAD + SPAN.replace("180", ""), "t:"),
    ],
)
def test_a_table_that_breaks_the_form_never_loads(text, said):
    with pytest.raises(TableBroken, match=said):
        read_table(text, name="t")


def test_a_path_is_not_a_table_name():
    with pytest.raises(TableBroken):
        load_table("../tables/national/retirement_age")
