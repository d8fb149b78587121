"""What a reader sees of two editions: every line that differs, and whether it changes an answer."""

from datetime import date

from nianlun.lawbook.domain import Kind, differences, is_retroactive
from nianlun.policy.lawbook import law_book, shipped

PATH = "130000/pension_base.toml"


def changed(before: str, after: str, *, path: str = PATH):
    text = shipped().files[path]
    assert before in text
    return differences(shipped(), shipped().amended({path: text.replace(before, after)}))


def test_a_value_its_end_and_an_absence_are_told_with_what_stood_there():
    [value] = changed("value = 7410", "value = 7411")
    assert (value.kind, value.old, value.new, value.alters) == (Kind.CHANGED, "7410", "7411", True)
    assert (value.title, value.region, value.since) == ("基本养老金计发基数", "130000", date(2025, 1, 1))
    [end] = changed("value = 7410\n", "value = 7410\nuntil = 2025-07-01\n")
    assert (end.old, end.new) == ("7410", "7410（至 2025-07-01 前）") and end.alters
    [reason] = changed("按 5% 倒推的，未采。", "按 5% 倒推的。")
    assert reason.old.startswith("没有数值（至 2020-01-01 前）：") and not reason.alters


def test_a_better_source_changes_no_answer_and_is_not_retroactive():
    [source] = changed(
        'confidence = "S-C"\nnote = "第三方转录的 2025-12',
        'confidence = "S-P"\nnote = "第三方转录的 2025-12',
    )
    assert not source.alters and source.confidence == "S-P"
    assert not is_retroactive([source], today=date(2026, 11, 23))


def test_what_begins_today_is_not_retroactive_and_what_began_yesterday_is():
    [change] = changed("value = 7410", "value = 7411")
    assert is_retroactive([change], today=date(2025, 1, 2))
    assert not is_retroactive([change], today=date(2025, 1, 1))


def test_files_taken_away_and_new_ones_are_told_line_by_line():
    without = {path: text for path, text in shipped().files.items() if path != PATH}
    gone = differences(shipped(), law_book(without))
    assert {change.kind for change in gone} == {Kind.REMOVED} and len(gone) > 5
    back = differences(law_book(without), shipped())
    assert [c.new for c in back] == [c.old for c in gone]
    assert differences(shipped(), shipped()) == []
