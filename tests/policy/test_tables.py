"""Policy tables: every month is covered once or its absence is named, and a table that breaks the form never loads."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from nianlun.kernel.months import first_day, last_day, month, month_of
from nianlun.policy.lawbook import law_book, shipped
from nianlun.policy.provinces import PROVINCES
from nianlun.policy.table_files import read_table, read_tables
from nianlun.policy.tables import NotInForce, Span, Table, TableBroken

FIVE_YEARS_AHEAD = month(date.today().year + 5, 12)  # noqa: DTZ011 - coverage in time is about today
TABLES = list(shipped().tables.values())
TOPICS = {"缴费", "账户", "退休", "计发", "居民", "机关事业", "转移接续", "病残遗属", "调整", "办理"}

SPAN = """
[[span]]
since = 2011-07-01
value = 180
source = "社会保险法 第十六条"
confidence = "S-P"
"""
HEAD = 'title = "最低年限"\nunit = "month"\nkeyed_by = "retired_on"\ntopic = "退休"\n'
ABSENT = """
[[absent]]
since = 2015-01-01
until = 2018-01-01
reason = "没有找到"
"""
LATER = SPAN.replace("2011-07-01", "2018-01-01").replace("180", "240")
UNTIL = "until = 2015-01-01\n"


def eve_of(day: date) -> date:
    return day - timedelta(days=1)


def answers(table: Table, day: date, *, group: str, region: str) -> list[str]:
    """What a table has for a day in one series, without looking at wider regions: values, and reasons why none."""
    spans = [s for s in table.spans if (s.group, s.region) == (group, region) and s.since <= day]
    latest = max((s.since for s in spans), default=None)
    values = [str(s.value) for s in spans if s.since == latest and (s.until is None or day < s.until)]
    absences = [a for a in table.absences if (a.group, a.region) == (group, region) and a.covers(day)]
    return [*values, *(a.reason for a in absences)]


def ends_unpublished(table: Table, day: date, spans: tuple[Span, ...]) -> bool:
    return table.lasts == "year" and spans[-1].until is not None and spans[-1].until <= day


def handed_over(table: Table, day: date, spans: tuple[Span, ...]) -> bool:
    """The region's own rule has ended and a wider region's is in force."""
    try:
        found = table.on(day, region=spans[0].region, group=spans[0].group)
    except NotInForce:
        return False
    return found.region != spans[0].region


# Coverage in time


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_month_to_five_years_ahead_has_one_value_or_one_named_absence(table):
    for (group, region), spans in table.series().items():
        for value in range(month_of(spans[0].since), FIVE_YEARS_AHEAD + 1):
            day = last_day(value)
            found = answers(table, day, group=group, region=region)
            if not found and handed_over(table, day, spans):
                continue
            if not found and ends_unpublished(table, day, spans):
                with pytest.raises(NotInForce, match="尚未公布"):
                    table.on(day, region=region, group=group)
                continue
            assert len(found) == 1, (table.name, group, region, day, found)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_what_a_table_answers_is_the_value_of_the_day_or_the_reason_why_there_is_none(table):
    for (group, region), spans in table.series().items():
        for span in spans:
            assert table.on(span.since, region=region, group=group) == span
    for absence in table.absences:
        with pytest.raises(NotInForce) as refusal:
            table.on(absence.since, region=absence.region, group=absence.group)
        assert absence.reason in str(refusal.value)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_the_day_before_the_first_span_is_never_answered_with_the_nearest_value(table):
    for (group, region), spans in table.series().items():
        eve = eve_of(spans[0].since)
        try:
            found = table.on(eve, group=group, region=region)
        except NotInForce:
            continue
        assert found.region != region  # a wider region has a rule of its own for that day
        assert found.since <= eve


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_value_names_a_source_and_every_table_a_topic(table):
    assert table.topic in TOPICS
    assert all(span.source.strip() and span.confidence for span in table.spans)
    # What is known from memory says so beside the value, so that no reader takes it for the text.
    assert all(span.confidence != "S-P" or "凭记忆" not in span.source for span in table.spans)


def test_retirement_tables_reach_back_to_1978_06():
    for group in ("male_60", "female_55", "female_50"):
        assert shipped().on("retirement_age", last_day(month(1978, 6)), group=group)
    assert shipped().on("minimum_contribution_months", last_day(month(1978, 6))).number() == 120


@pytest.mark.parametrize("table", ["account_start", "transitional_coefficient", "enterprise_formula"])
@pytest.mark.parametrize("region", PROVINCES.values(), ids=list(PROVINCES))
def test_each_of_the_thirty_one_provinces_has_a_row_of_its_own(table, region):
    group = "enterprise" if table == "account_start" else ""
    assert shipped().on(table, date(2026, 1, 1), region=region, group=group).region == region


def test_the_steps_a_province_is_not_known_to_have_taken_are_not_guessed():
    for day, reason in [("2020-06-30", "没有找到"), ("2024-01-01", "没有找到")]:
        with pytest.raises(NotInForce, match=reason):
            shipped().on("resident_basic_pension", date.fromisoformat(day), region="130606")
    assert shipped().on("resident_basic_pension", date(2022, 12, 31), region="130606").number() == 123
    with pytest.raises(NotInForce, match="2010 年起人社厅不再发通知"):
        shipped().on("pension_base", date(2015, 5, 31), region="130000")


def test_a_base_of_last_year_is_not_carried_into_a_year_that_has_none_yet():
    assert shipped().on("pension_base", date(2025, 12, 31), region="130600").number() == 7410
    with pytest.raises(NotInForce, match="2026-01-31 的尚未公布"):
        shipped().on("pension_base", date(2026, 1, 31), region="130600")


def test_a_year_whose_base_was_published_but_not_found_has_no_stand_in():
    bases = shipped().table("pension_base")
    spans = {(s.region, s.since.year) for s in bases.spans}
    tempting = [
        (absence.region, absence.since)
        for absence in bases.absences
        if (absence.region, absence.since.year - 1) in spans and absence.since.year >= 2006
    ]
    assert sorted(tempting) == [
        ("130000", date(2010, 1, 1)),
        ("450000", date(2023, 1, 1)),
        ("510000", date(2021, 1, 1)),
    ]
    for region, day in tempting:
        with pytest.raises(NotInForce, match="上一年的不能代替"):
            shipped().on("provisional_base", day, region=region)
    assert shipped().on("provisional_base", date(2026, 1, 31), region="130600").text() == "last_published"
    assert shipped().on("provisional_base", date(2026, 1, 31), region="110000").text() == "last_published"


def test_a_province_never_takes_the_income_of_the_nation_for_its_own():
    assert shipped().on("urban_disposable_income", date(2024, 1, 1)).number() == 54188
    assert shipped().on("urban_disposable_income", date(2024, 1, 1), region="130600").number() == 45610
    for region in set(PROVINCES.values()) - {"130000"}:
        with pytest.raises(NotInForce, match="不能用全国的"):
            shipped().on("urban_disposable_income", date(2024, 1, 1), region=region)


# What the figures must agree with


@pytest.mark.parametrize("age", range(40, 71))
def test_divisor_months_lie_within_a_month_of_an_annuity_to_75_at_four_percent(age):
    discount = Fraction(100, 104)
    due = 12 * sum(discount**year for year in range(75 - age))
    printed = shipped().on("payout_months", date(2026, 1, 1)).number(str(age))
    assert abs(printed - due) < 1


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_bounds_of_hebei_are_the_ratios_of_the_reference_wage_half_up_to_a_yuan(year):
    day = date(year, 1, 1)
    bounds = shipped().on("contribution_base_bounds", day, region="130000")
    wage = shipped().on("average_wage", date(year - 1, 1, 1), region="130000", group="all")
    ratio = shipped().on("contribution_base_ratio", day, region="130000", group="enterprise")
    assert ratio.text("rounding") == "half_up:0"
    assert bounds.decimal("reference_month") == wage.decimal("monthly")
    for end in ("lower", "upper"):
        exact = wage.decimal("monthly") * ratio.decimal(end)
        assert bounds.number(end) == exact.quantize(Decimal(1), ROUND_HALF_UP)


def test_the_month_of_an_average_wage_is_a_twelfth_of_the_year():
    spans = [s for s in shipped().table("average_wage").spans if s.has("monthly") and s.has("annual")]
    assert len(spans) == 31
    for span in spans:
        exact = span.decimal("annual") / 12
        assert span.decimal("monthly") == exact.quantize(Decimal("0.01"), ROUND_HALF_UP), span.id


def test_the_bases_of_2003_and_2009_are_the_printed_averages_of_the_year_before():
    for year in (2003, 2009):
        base = shipped().on("pension_base", date(year, 1, 1), region="130000")
        wage = shipped().on("average_wage", date(year - 1, 1, 1), region="130000", group="staff")
        assert base.number() == wage.decimal("monthly").quantize(Decimal(1), ROUND_HALF_UP)


# Law, publication, region


def test_the_law_of_2024_does_not_know_the_steps_of_2030():
    day = first_day(month(2035, 1))
    for law, months in [(date(2024, 12, 31), 180), (date(2025, 1, 1), 216)]:
        assert shipped().as_of(law=law).on("minimum_contribution_months", day).number() == months


def test_what_was_not_published_yet_is_not_known():
    day, notice = date(2003, 2, 28), date(2003, 3, 25)
    with pytest.raises(NotInForce):
        shipped().as_of(known=eve_of(notice)).on("pension_base", day, region="130000")
    assert shipped().as_of(known=notice).on("pension_base", day, region="130000").number() == 747


def test_a_value_corrected_later_replaces_the_one_that_was_known_before():
    once = LATER.replace("value = 240", "value = 190\npublished_on = 2018-03-01")
    again = LATER.replace("value = 240", "value = 240\npublished_on = 2018-09-01")
    table = read_table(HEAD + SPAN + once + again, name="t")
    day = date(2018, 6, 1)
    told = {on: table.on(day, known=date(2018, on, 1)).number() for on in (2, 3, 8, 9)}
    assert told == {2: 180, 3: 190, 8: 190, 9: 240}
    assert table.on(day).number() == 240


def test_the_narrowest_region_decides_and_the_nation_stands_behind():
    local = HEAD + SPAN.replace("180", "200") + SPAN.replace("180", "210") + 'region = "130600"\n'
    table = read_tables({"national/t.toml": HEAD + SPAN, "130000/t.toml": local})["t"]
    asked = {
        region: table.on(date(2020, 1, 1), region=region).number()
        for region in ("130606", "130102", "370000", None)
    }
    assert asked == {"130606": 210, "130102": 200, "370000": 180, None: 180}


def test_an_absence_bars_the_way_to_the_nation_while_it_lasts():
    table = read_tables({"national/t.toml": HEAD + SPAN, "130000/t.toml": HEAD + ABSENT})["t"]
    assert table.on(date(2014, 12, 31), region="130606").number() == 180
    with pytest.raises(NotInForce, match="《最低年限》没有 2015-01-01 的数值：没有找到"):
        table.on(date(2015, 1, 1), region="130606")
    assert table.on(date(2018, 1, 1), region="130606").number() == 180
    assert table.on(date(2016, 1, 1), region="370000").number() == 180


def test_a_region_is_exported_whole_and_put_back_gives_the_same_edition():
    book = shipped()
    hebei = book.of_region("130000")
    assert "130000/pension_base.toml" in hebei
    assert all(path.startswith("130000/") for path in hebei)
    bare = law_book({path: text for path, text in book.files.items() if path not in hebei})
    assert bare.digest != book.digest
    with pytest.raises(NotInForce):
        bare.on("pension_base", date(2025, 1, 1), region="130000")
    again = bare.amended(hebei)
    assert again.digest == book.digest
    assert again.on("pension_base", date(2025, 1, 1), region="130000").number() == 7410


def test_all_values_of_a_province_lie_in_its_own_folder():
    own = [(table.name, s.region) for table in TABLES for s in table.spans if s.region]
    assert all(f"{region[:2]}0000/{name}.toml" in shipped().files for name, region in own)


def test_a_row_travels_with_its_source_and_its_mark():
    row = shipped().on("retirement_age", date(2026, 1, 1), group="male_60").row()
    assert (row.confidence, row.group, row.region) == ("S-C", "male_60", "")
    assert row.source.startswith("国务院关于渐进式延迟法定退休年龄的办法")
    assert row.value == "original_months=720, first_birth=1965-01, step_months=4, cap_months=36"
    assert shipped().on("retirement_age", date(2026, 1, 1), group="male_60").row("cap_months").value == (
        "cap_months=36"
    )


def test_no_two_values_of_the_edition_have_the_same_id():
    spans = [span for table in TABLES for span in table.spans]
    assert len({span.id for span in spans}) == len(spans) > 400


# Form


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "span"),
        (HEAD + SPAN + "surprise = 1\n", "surprise"),
        ("surprise = 1\n" + HEAD + SPAN, "surprise"),
        (HEAD.replace('topic = "退休"\n', "") + SPAN, "topic"),
        ('lasts = "month"\n' + HEAD + SPAN, "lasts"),
        (HEAD + SPAN.replace('"社会保险法 第十六条"', '" "'), "source is empty"),
        (HEAD + SPAN.replace('source = "社会保险法 第十六条"\n', ""), "source"),
        (HEAD + SPAN.replace("S-P", "sure"), "confidence"),
        (HEAD + SPAN + SPAN, "out of order"),
        (HEAD + SPAN + SPAN.replace("2011", "2005"), "out of order"),
        (HEAD + SPAN.replace("2011-07-01", "2011-07-01T00:00:00"), "must be days"),
        (HEAD + SPAN + "law_since = 2012-01-01\n", "law_since"),
        (HEAD + SPAN + "until = 2011-07-01\n", "until must come after since"),
        (HEAD + SPAN + 'published_on = "2012"\n', "must be days"),
        (HEAD + SPAN + 'region = "13"\n', "six digits"),
        (HEAD + SPAN.replace("180", "[true]"), "neither a number nor a text"),
        (HEAD + SPAN.replace("180", "true"), "neither a number nor a text"),
        (HEAD + SPAN.replace("180", '""'), "neither a number nor a text"),
        (HEAD + SPAN.replace("180", "{ a = { b = 2020-01-01 } }"), "neither a number nor a text"),
        (HEAD + SPAN.replace("180", ""), "t:"),
        (HEAD + SPAN + UNTIL + LATER, "leave a gap from 2015-01-01 to 2018-01-01"),
        (HEAD + SPAN + UNTIL + LATER + ABSENT.replace("2018", "2017"), "leave a gap from 2015-01-01"),
        (HEAD + SPAN + "until = 2019-01-01\n" + LATER, "overlap on 2018-01-01"),
        (HEAD + SPAN + ABSENT, "overlap the absence from 2015-01-01"),
        (HEAD + SPAN + UNTIL + LATER + ABSENT.replace("2018", "2019"), "overlap the absence"),
        (HEAD + ABSENT.replace('reason = "没有找到"\n', ""), "reason"),
        (HEAD + ABSENT.replace("2018-01-01", "2015-01-01"), "from since to a later until"),
    ],
)
def test_a_table_that_breaks_the_form_never_loads(text, said):
    with pytest.raises(TableBroken, match=said):
        read_table(text, name="t")


def test_a_gap_that_is_named_loads():
    table = read_table(HEAD + SPAN + UNTIL + ABSENT + LATER, name="t")
    assert (table.on(date(2014, 12, 31)).number(), table.on(date(2018, 1, 1)).number()) == (180, 240)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"retirement_age.toml": HEAD + SPAN}, "a table lies at"),
        ({"../national/t.toml": HEAD + SPAN}, "a table lies at"),
        ({"national/T.toml": HEAD + SPAN}, "a table lies at"),
        ({"130000/t.toml": HEAD + SPAN + 'region = "370000"\n'}, "a span of another region"),
        ({"national/t.toml": HEAD + SPAN, "130000/t.toml": HEAD.replace("month", "year") + SPAN}, "heads"),
    ],
)
def test_files_that_do_not_fit_together_never_load(files, said):
    with pytest.raises(TableBroken, match=said):
        read_tables(files)


def test_there_is_no_table_of_another_name():
    with pytest.raises(TableBroken, match="no policy table pensoin_base"):
        shipped().on("pensoin_base", date(2025, 1, 1))
