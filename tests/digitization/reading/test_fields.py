"""From lines to claims: forms with rules and without, letters, and what readers get wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.archives.domain import KINDS, DocumentKind
from nianlun.digitization.reading.entries import meaning
from nianlun.digitization.reading.fields import fields_of
from nianlun.digitization.reading.labels import label_of
from nianlun.digitization.reading.layout import Cell
from nianlun.digitization.reading.values import Line, Seal, rectangle

WIDTH, HEIGHT = 1654, 2339


def line(text: str, left: float, top: float, *, size: float = 36) -> Line:
    return Line(text=text, box=rectangle(left, top, left + size * len(text), top + size), confidence=0.9)


def claims(*lines: Line, cells: tuple[Cell, ...] = (), seals: tuple[Seal, ...] = ()) -> dict[str, str]:
    _, found = fields_of(lines, width=WIDTH, height=HEIGHT, cells=cells, seals=seals)
    return {field.name: field.value for field in found}


FORM = (
    line("招收工人审批表", 500, 150, size=60),
    line("单位：保定市第一棉纺织厂", 150, 260),
    line("一九八四年九月一日", 1000, 260),
    line("姓 名", 170, 400),
    line("周素芬", 400, 400),
    line("性 别", 800, 400),
    line("女", 1000, 400),
    line("出生年月", 170, 500),
    line("1967年4月28日", 400, 500),
    line("录用时间", 170, 600),
    line("1984年9月1日起", 400, 600),
)


def test_a_form_gives_its_kind_and_its_claims():
    assert claims(*FORM) == {
        "document_kind": "hiring_approval",
        "unit": "保定市第一棉纺织厂",
        "recorded_on": "1984-09-01",
        "name": "周素芬",
        "sex": "女",
        "birth_date": "1967-04-28",
        "work_start": "1984-09-01",
    }


@given(st.permutations(FORM))
def test_the_order_in_which_lines_were_found_never_matters(lines):
    assert claims(*lines) == claims(*FORM)


@given(st.sampled_from([-0.02, -0.01, 0.01, 0.02]))
def test_a_page_that_lies_askew_says_the_same(slope):
    askew = [
        Line(text=one.text, confidence=one.confidence, box=tuple((x, y + slope * x) for x, y in one.box))
        for one in FORM
    ]
    assert claims(*askew) == claims(*FORM)


def test_label_and_entry_read_as_one_line_are_parted():
    found = claims(line("姓名周素芬性别女", 170, 400), line("出生年月：1967.4.28", 170, 500))
    assert found == {"name": "周素芬", "sex": "女", "birth_date": "1967-04-28"}


def test_a_line_over_several_cells_is_cut_at_the_rules():
    cells = (
        Cell(left=150, top=380, right_edge=300, bottom=460, right=1),
        Cell(left=304, top=380, right_edge=600, bottom=460, right=2),
        Cell(left=604, top=380, right_edge=800, bottom=460, right=3),
        Cell(left=804, top=380, right_edge=1100, bottom=460),
    )
    merged = Line(text="姓名周素芬性别女", box=rectangle(220, 400, 900, 440), confidence=0.9)
    assert claims(merged, cells=cells)["sex"] == "女"


def test_a_label_on_two_lines_is_one_label():
    found = claims(line("参加工作", 170, 400), line("时间", 206, 440), line("1984年9月", 400, 420))
    assert found == {"work_start": "1984-09"}


def test_an_empty_cell_does_not_take_the_next_label_for_its_entry():
    assert "name" not in claims(line("姓名", 170, 400), line("民族", 400, 400), line("汉", 500, 400))


def test_a_letter_claims_in_sentences():
    found = claims(
        line("张阿三，男，1978年2月出生，籍贯江西新建，2001年9月参", 300, 400),
        line("加工作，本科学历，主治医师，系区中医院职工。", 220, 480),
        line("从2006年1月至今未到单位上班。", 300, 560),
    )
    assert found == {
        "name": "张阿三",
        "sex": "男",
        "birth_date": "1978-02",
        "work_start": "2001-09",
        "unit": "区中医院",
        "absent_since": "2006-01",
    }


def test_a_seal_is_a_claim_with_its_words_or_none():
    box = rectangle(0, 0, 100, 100)
    assert claims(seals=(Seal(shape="round", box=box, text="", confidence=0.5),))["seal"] == "有"
    assert claims(seals=(Seal(shape="round", box=box, text="劳动局", confidence=0.5),))["seal"] == "劳动局"


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if kind is not DocumentKind.OTHER])
def test_every_printed_title_names_its_kind(kind):
    for title in KINDS[kind].titles:
        _, found = fields_of([line(title, 500, 150, size=60)], width=WIDTH, height=HEIGHT)
        assert [field.value for field in found if field.name == "document_kind"] == [kind.value]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("birth_date", "一九六七年四月二十八日", "1967-04-28"),
        ("work_start", "84.8.20", "1984-08-20"),
        ("work_start", "自1984 年 9 月起", "1984-09"),
        ("sex", "☑男 □女", "男"),
        ("sex", "男女", None),
        ("identity_number", "1101 0519 4912 3100 2X", "11010519491231002X"),
        ("identity_number", "110105194912310021", "110105194912310021"),  # wrong check digit: shown as read
        ("name", "张 三", "张三"),
        ("name", "性别", None),
        ("unit", "保定市第六入民医院", "保定市第六人民医院"),
        ("unit", "（盖章）", None),
    ],
)
def test_entries_are_brought_into_canonical_form(name, text, expected):
    assert meaning(name, text) == expected


def test_one_misread_character_does_not_hide_a_label():
    assert label_of("参加工作吋间") == ("work_start", 0)
    assert label_of("家长单位") is None
