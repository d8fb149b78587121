"""The printed forms: PDF/A, equal bytes for equal content, everything on them readable, nothing printed as a box."""

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from tests.entitlements.makers import person
from tests.entitlements.test_benefit import local_book, working_life

from nianlun import policy
from nianlun.entitlements.benefit import BenefitView, benefit_view
from nianlun.entitlements.form import number, typeset
from nianlun.entitlements.form_content import FormContent, NothingToPrint, determination, explained
from nianlun.entitlements.wish import Wish
from nianlun.kernel.months import parse_month
from nianlun.policy.assess import assess_case
from nianlun.policy.cases import read_case
from nianlun.registry.domain import Sex
from nianlun.ui.stamp import Stamp, stamped_code
from nianlun.ui.typesetting import GlyphMissing

ON = date(2026, 11, 23)
STAMP = Stamp("7Q2K-9WZ4-TB1X-0F8M", "https://ylbx.example.gov.cn")


def printed(given: FormContent) -> bytes:
    return typeset(given, stamp=STAMP)


def content(made=determination, *, name: str = "周桂兰", wish: Wish | None = None) -> FormContent:
    who = replace(person(sex=Sex.MALE, category=60), name=name)
    working, book = working_life(who=who), local_book()
    view = benefit_view(working, book=book, wish=wish or Wish())
    return made(working, view, on=ON, issued_by="李敏", edition=book.digest)


def texts(pdf: bytes) -> list[str]:
    """What stands on each page, without white space."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in document]


def test_the_form_of_hebei_has_two_pages_with_every_field_of_the_original():
    given = content()
    first, second = texts(printed(given))
    for word in (
        "姓名周桂兰 性别男 出生年月 参加工作时间 "
        "参保日期 建账日期1996-01 首次缴费日期1993-01 缴费起止 退休时间2025-04 "
        "退休类别正常退休 个人身份 延迟退休标识是，1个月 弹性退休标识否 视同缴费年限 "
        "建账前实际缴费年限3年 建账后实际缴费年限 "
        "中断缴费年限 累计缴费年限 用于计算过渡性养老金的缴费年限11.33年 "
        "计算指数年限 平均缴费工资指数 养老金计发基数7410元/月 "
        "指数化月平均缴费工资 个人账户储存额 计发月数 基础养老金 个人账户养老金 过渡性养老金 政策依据 合计"
    ).split():
        assert word in first, word
    assert given.total in first
    assert "历年缴费工资指数" in second and "2010" in second
    assert "凭记忆，须核对" in second
    for page in (first, second):
        assert number(given) in page and "打印人李敏" in page and "共2页" in page


def test_it_is_pdf_a_2b_and_says_so():
    with pikepdf.open(io.BytesIO(printed(content()))) as pdf, pdf.open_metadata() as said:
        assert said["pdfaid:part"] == "2"
        assert said["pdfaid:conformance"] == "B"
        fonts = [
            descendant.FontDescriptor
            for page in pdf.pages
            for font in page.Resources.Font.values()
            for descendant in font.DescendantFonts
        ]
    assert fonts and all("/FontFile3" in font or "/FontFile2" in font for font in fonts)


@pytest.mark.parametrize("made", [determination, explained])
def test_equal_content_gives_equal_bytes_and_another_day_another_number(made):
    given = content(made)
    assert printed(given) == printed(given)
    other = replace(given, on=date(2026, 11, 24))
    assert number(other) != number(given)
    assert printed(other) != printed(given)


def test_a_long_name_is_printed_whole_and_moves_nothing_to_a_third_page():
    name = "阿卜杜热西提·买买提明·" * 4 + "吐尔逊"
    pages = texts(printed(content(name=name)))
    assert len(pages) == 2
    assert name in pages[0]


def test_a_rare_character_that_the_font_has_is_printed():
    assert "周𬱖𠮷" in texts(printed(content(name="周𬱖𠮷")))[0]


@pytest.mark.parametrize(("character", "shown"), [("𪚥", "𪚥"), ("\U0010fffd", "U+10FFFD")])
def test_a_character_without_a_glyph_is_refused_by_name(character: str, shown: str):
    with pytest.raises(GlyphMissing, match="没有生成") as refused:
        printed(content(name=f"周{character}"))
    assert refused.value.characters == shown


def test_words_of_a_name_are_never_read_as_commands_of_the_typesetter():
    name = '#panic("x") $a$ *b* `c` "'
    assert re.sub(r"\s", "", name) in texts(printed(content(name=name)))[0]


def test_the_explanation_holds_sentence_amounts_every_step_and_the_sources():
    given = content(explained)
    said = "".join(texts(printed(given)))
    assert given.notices[0].replace(" ", "") in said
    for step in given.steps:
        assert re.sub(r"\s", "", step.title) in said
    assert "所依政策数值的出处和可信程度" in said


def test_an_estimate_says_on_paper_that_it_is_none_of_the_determined():
    given = content(explained, wish=Wish(base_value=Decimal(8000)))
    assert given.notices[1] == "这是试算，不是核定结果。"
    assert any("8000" in notice for notice in given.notices)


EXAMPLES = sorted((Path(policy.__file__).parent / "examples").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_whatever_the_policy_answers_can_be_explained_and_printed(path: Path):
    case, _ = read_case(path.read_text(encoding="utf-8"))
    answer = assess_case(case)
    view = BenefitView(kind=case.kind, month=parse_month("2025-04"), assessment=answer)
    for made in (determination, explained):
        given = made(working_life(), view, on=ON, issued_by="李敏", edition="0" * 64)
        said = "".join(texts(printed(given)))
        for name, amount in answer.amounts.items():
            assert f"{amount:,.2f}" in said, name


def test_both_methods_stand_on_the_form_where_they_are_compared():
    case, _ = read_case(
        next(p for p in EXAMPLES if p.stem == "new_old_comparison").read_text(encoding="utf-8")
    )
    view = BenefitView(kind=case.kind, month=parse_month("2008-04"), assessment=assess_case(case))
    given = determination(working_life(), view, on=ON, issued_by="李敏", edition="0" * 64)
    assert given.title == "待遇核定表"
    labels = {label for section in given.sections for label, _ in section.pairs}
    assert {"老办法合计", "新办法合计"} <= labels


def test_where_there_is_no_amount_there_is_no_form():
    view = BenefitView(
        kind="enterprise_benefit", month=parse_month("2025-04"), assessment=None, refusal="缺少利率。"
    )
    with pytest.raises(NothingToPrint, match="缺少利率"):
        determination(working_life(), view, on=ON, issued_by="李敏", edition="0" * 64)


def test_the_code_stands_on_every_page_and_the_address_where_it_is_verified_on_the_first():
    given = printed(content())
    pages = texts(given)
    assert all(STAMP.code in page for page in pages)
    assert "https://ylbx.example.gov.cn/verify/" in pages[0]
    assert stamped_code(given) == STAMP.code


def test_the_number_of_a_form_is_that_of_its_content_whatever_its_code():
    assert number(content()) in texts(typeset(content(), stamp=Stamp("0000-0000-0000-0000", "")))[0]
