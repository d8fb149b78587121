"""Division codes and what they meant on a day."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.corpus import corpus

from nianlun.kernel.divisions import DivisionsBroken, full_name_on, name_on, read_divisions, shipped


@pytest.mark.parametrize(
    ("code", "before", "day", "after"),
    [
        ("130602", "新市区", "2015-04-28", "竞秀区"),
        ("130603", "北市区", "2015-04-28", None),
        ("130604", "南市区", "2015-04-28", None),
        ("130605", "郊区", "1987-10-15", None),
        ("130606", None, "2015-04-28", "莲池区"),
        ("130621", "满城县", "2015-04-28", None),
        ("130607", None, "2015-04-28", "满城区"),
        ("130622", "清苑县", "2015-04-28", None),
        ("130608", None, "2015-04-28", "清苑区"),
        ("130625", "徐水县", "2015-04-28", None),
        ("130609", None, "2015-04-28", "徐水区"),
        ("132426", "完县", "1993-05-20", "顺平县"),
        ("132400", "保定地区", "1994-12-17", None),
        ("130681", None, "1994-12-17", "涿州市"),
    ],
)
def test_a_code_changes_its_meaning_on_a_day(code, before, day, after):
    on = date.fromisoformat(day)
    assert name_on(code, on=date.fromordinal(on.toordinal() - 1)) == before
    assert name_on(code, on=on) == after


def test_a_full_name_follows_the_prefecture_of_the_day():
    assert full_name_on("132431", on=date(1984, 1, 1)) == "河北省保定地区清苑县"
    assert full_name_on("130622", on=date(2000, 1, 1)) == "河北省保定市清苑县"
    assert full_name_on("130608", on=date(2026, 1, 1)) == "河北省保定市清苑区"
    assert full_name_on("130600", on=date(2026, 1, 1)) == "河北省保定市"
    assert full_name_on("139999", on=date(2026, 1, 1)) is None


def test_the_history_of_a_code_is_told_oldest_first():
    assert [d.name for d in shipped().history("132401")] == ["保定市", "定州市"]
    assert shipped().history("999999") == ()


def test_a_scope_lists_what_is_in_force_on_the_day():
    names = {d.name for d in shipped().within("13060", on=date(2026, 1, 1))}
    assert names == {"保定市", "竞秀区", "莲池区", "满城区", "清苑区", "徐水区"}


def everything(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from everything(item.get("children", []))


def test_the_shipped_list_agrees_with_an_independent_one():
    content = json.loads(corpus("reference-cn/areacodes/codes.json").read_text(encoding="utf-8"))
    independent = {
        (str(i["code"]), i["name"], i["start"], i.get("end"))
        for i in everything(content["items"])
        if str(i["code"]).startswith(("1306", "1324"))
        or str(i["code"]).endswith("0000")
        or (str(i["code"]).startswith("13") and str(i["code"]).endswith("00"))
    }
    # The independent list names the first year whose list holds a code, and begins with 1981.
    ours = {
        (d.code, d.name, max(d.since.year, 1981), d.until.year if d.until else None)
        for code in {c for c, *_ in independent}
        for d in shipped().history(code)
    }
    assert ours == independent


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("130602\t竞秀区\t2015", "line 1: no day"),
        ("13060\t竞秀区\t2015-04-28", "line 1: not code"),
        ("130602\t\t2015-04-28", "line 1: not code"),
        ("130602\t竞秀区\t2015-04-28\t2015-04-28", "line 1: not code"),
        ("# says nothing\n130602\t竞秀区\t2015-04-28\t\t文号\tmore", "line 2: not code"),
        ("130602\t新市区\t1983-11-15\n130602\t竞秀区\t2015-04-28", "two names on 2015-04-28"),
    ],
)
def test_a_list_that_breaks_the_form_is_refused(lines, said, tmp_path):
    path = tmp_path / "divisions.txt"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(DivisionsBroken, match=said):
        read_divisions(path)
