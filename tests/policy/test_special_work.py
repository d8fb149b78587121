"""Earlier retirement after special work and, until 2024, for lost capacity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import show_month
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.tables import NotInForce

WE_24 = {
    "1969-12": "55y0m 2024-12",
    "1970-01": "55y1m 2025-02",
    "1970-07": "55y2m 2025-09",
    "1971-05": "55y5m 2026-10",
    "1975-03": "56y4m 2031-07",
}


def ask(birth: str, **more: object) -> Assessment:
    return assess("special_work_age", {"birth": birth, **more})


def posts(*held: tuple[str, int]) -> list[dict[str, object]]:
    return [{"class": name, "months": months} for name, months in held]


def test_the_births_of_the_example():
    found = assess("special_work_age", {"births": list(WE_24)})
    assert found.figures["result"].split("、") == list(WE_24.values())


def test_what_is_inferred_says_so():
    found = ask("1970-07")
    assert found.confidence == "I"
    assert "以批准文件为准" in found.sentence
    assert ask("1969-12").notes == ()


def test_the_plateau_knows_no_delay():
    assert ask("1970-07", area="plateau").figures["legal_age"] == "55y0m"
    assert ask("1981-07", area="plateau", sex="female").figures["legal_age"] == "45y0m"


def test_lowland_women_since_2025_are_decided_by_people():
    with pytest.raises(CannotAssess) as refused:
        ask("1980-05", sex="female")
    assert "45 年（2025-05）" in refused.value.sentence
    assert "45 年 2 个月（2025-07）" in refused.value.sentence
    assert ask("1979-12", sex="female").figures["legal_age"] == "45y0m"


@pytest.mark.parametrize(
    ("name", "months"),
    [("high_altitude_or_heavy", 120), ("underground_or_hot", 108), ("toxic_or_harmful", 96)],
)
def test_each_class_asks_for_its_own_months(name, months):
    assert ask("1970-07", posts=posts((name, months))).figures["qualified_by"]
    with pytest.raises(CannotAssess, match="不足"):
        ask("1970-07", posts=posts((name, months - 1)))


def test_mixed_posts_name_both_readings():
    with pytest.raises(CannotAssess, match=r"符合；.*不符合"):
        ask("1970-07", posts=posts(("high_altitude_or_heavy", 60), ("toxic_or_harmful", 60)))
    with pytest.raises(CannotAssess, match="不足"):
        ask("1970-07", posts=posts(("high_altitude_or_heavy", 60), ("toxic_or_harmful", 59)))
    both = posts(("toxic_or_harmful", 40), ("toxic_or_harmful", 56), ("underground_or_hot", 5))
    assert ask("1970-07", posts=both).figures["qualified_by"] == "其他有毒有害"


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        ({}, CannotAssess),
        ({"births": []}, BadCase),
        ({"births": "1970-01"}, BadCase),
        ({"births": ["1970-13"]}, BadCase),
        ({"birth": "1970-01", "sex": "x"}, BadCase),
        ({"birth": "1970-01", "area": "sea"}, BadCase),
        ({"birth": "1970-01", "posts": []}, CannotAssess),
        ({"birth": "1970-01", "posts": posts(("office", 200))}, BadCase),
        ({"birth": "1970-01", "approval": 1}, BadCase),
        ({"birth": "1920-01"}, NotInForce),
    ],
)
def test_what_is_wrong_is_refused(inputs, error):
    with pytest.raises(error):
        assess("special_work_age", inputs)


@given(st.integers(1965 * 12, 1985 * 12))
def test_a_month_later_born_never_retires_earlier(born):
    one, two = (ask(show_month(month)).figures["retirement_month"] for month in (born, born + 1))
    assert one < two


SICK = {
    "sex": "male",
    "birth": "1970-01",
    "retirement": "2024-12",
    "service_months": 120,
    "certified": True,
}


def test_sick_retirement_until_2024():
    assert assess("incapacity_retirement", SICK).figures["legal_age"] == "54y11m"
    assert assess("incapacity_retirement", SICK | {"birth": "1974-12"}).figures["legal_age"] == "50y0m"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"retirement": "2025-01"}, NotInForce, "病残津贴"),
        ({"retirement": "1978-05"}, NotInForce, "最早"),
        ({"birth": "1975-01"}, CannotAssess, "2025-01"),
        ({"service_months": 119}, CannotAssess, "120"),
        ({"certified": False}, CannotAssess, "鉴定"),
    ],
)
def test_sick_retirement_without_its_conditions_is_refused(change, error, words):
    with pytest.raises(error, match=words):
        assess("incapacity_retirement", SICK | change)
