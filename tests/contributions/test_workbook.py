"""A workbook of contributions is read by what it says, or each thing wrong with it is named."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from nianlun.contributions.roster import Roster, read_roster
from nianlun.contributions.workbook import NotAWorkbook, Sheet, check_container, read_workbook
from nianlun.kernel.months import parse_month

ZHOU = "130602196704280429"
HEADING = ["证件号码", "姓名", "费款所属期", "缴费基数", "个人缴费", "单位缴费"]
THIS_MONTH = parse_month("2026-11")


def workbook(*rows, name="参保缴费") -> bytes:
    """An .xlsx with the rows; text stays text, numbers numbers, dates dates."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet, day = book.add_worksheet(name), book.add_format({"num_format": "yyyy-mm"})
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(r, c, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                else:
                    sheet.write(r, c, cell)
    return out.getvalue()


def read(*rows) -> Roster:
    return read_roster(read_workbook(workbook(*rows)), this_month=THIS_MONTH)


def read_plain(*rows) -> Roster:
    return read_roster([Sheet("表", [list(row) for row in rows])], this_month=THIS_MONTH)


def sentence(*cells, heading=HEADING) -> str:
    roster = read_plain(heading, cells)
    assert roster.rows == () and [p.row for p in roster.problems] == [2]
    return roster.problems[0].sentence


def test_a_roster_with_titles_above_and_sums_below_is_read():
    roster = read(
        ["保定市第二棉纺厂职工基本养老保险缴费名册"],
        ["单位：元", "", "填报日期：1998-02"],
        HEADING,
        [ZHOU, "周桂兰", "1998-01", "1,386.00", "55.44", "277.2"],
        ["１３０６０２１９６７０４２８０４２９", " 周 桂 兰", "１９９８年２月", "1,386.00元", 55.44, 277.2],
        ["合计", "", "", "2772.00", "110.88", "554.40"],
        ["制表人：李敏"],
    )
    assert roster.problems == ()
    assert [
        (row.row, row.name, row.month, row.base, row.personal, row.employer_part) for row in roster.rows
    ] == [
        (4, "周桂兰", parse_month("1998-01"), Decimal("1386.00"), Decimal("55.44"), Decimal("277.20")),
        (5, "周桂兰", parse_month("1998-02"), Decimal("1386.00"), Decimal("55.44"), Decimal("277.20")),
    ]
    assert {row.identity_number.text for row in roster.rows} == {ZHOU}


def test_a_heading_of_two_lines_is_read():
    roster = read(
        ["身份证号", "姓名", "单位", "所属期", "缴费基数（元）", "缴费金额", ""],
        ["", "", "", "", "", "个人", "单位"],
        [ZHOU, "周桂兰", "第二棉纺厂", date(1998, 1, 1), 1386, 55.44, 277.2],
    )
    (row,) = roster.rows
    assert (row.unit, row.month, row.personal) == ("第二棉纺厂", parse_month("1998-01"), Decimal("55.44"))


def test_months_are_read_however_they_are_written():
    spellings = [
        "1998-01",
        "1998.1",
        "199801",
        199801,
        "1998年1月",
        "1998/01",
        "1998年01月份",
        date(1998, 1, 31),
    ]
    roster = read(HEADING, *([ZHOU, "周桂兰", m, "1386", "55.44", ""] for m in spellings))
    assert [row.month for row in roster.rows] == [parse_month("1998-01")] * len(spellings)


def test_a_year_alone_stands_for_its_twelve_months():
    roster = read(
        HEADING, [ZHOU, "周桂兰", "2015年度", "300", "300", ""], [ZHOU, "周桂兰", 2016, 300, 300, ""]
    )
    assert [(row.month, row.months) for row in roster.rows] == [
        (parse_month("2015-01"), 12),
        (parse_month("2016-01"), 12),
    ]


def test_an_old_number_of_fifteen_digits_is_converted():
    roster = read(HEADING, ["130602670428042", "周桂兰", "1998-01", "1386", "55.44", ""])
    assert roster.rows[0].identity_number.text == ZHOU


def test_an_identity_number_kept_as_a_number_is_not_trusted():
    roster = read(HEADING, [int(ZHOU), "周桂兰", "1998-01", "1386", "55.44", ""])
    assert [p.sentence for p in roster.problems] == [
        "证件号码在表里存成了数字，末几位已经丢失。请把这一列设为文本，重新填写。"
    ]


def test_each_wrong_row_is_named_with_what_to_do():
    assert "校验码" in sentence("130602196704280425", "周桂兰", "1998-01", "1386", "55.44", "")
    assert "17 位" in sentence("13060219670428042", "周桂兰", "1998-01", "1386", "55.44", "")
    assert "没有写姓名" in sentence(ZHOU, "", "1998-01", "1386", "55.44", "")
    assert "1998-13" not in sentence(ZHOU, "周桂兰", "一九九八", "1386", "55.44", "")
    assert "没有 13 月" in sentence(ZHOU, "周桂兰", "1998-13", "1386", "55.44", "")
    assert "还没有到" in sentence(ZHOU, "周桂兰", "2026-12", "1386", "55.44", "")
    assert "负数" in sentence(ZHOU, "周桂兰", "1998-01", "1386", "-55.44", "")
    assert "整分" in sentence(ZHOU, "周桂兰", "1998-01", "1386", "55.443", "")
    assert "填反" in sentence(ZHOU, "周桂兰", "1998-01", "55.44", "1386", "")
    assert "没有可记的金额" in sentence(ZHOU, "周桂兰", "1998-01", "1386", "", "")
    assert "五十" in sentence(ZHOU, "周桂兰", "1998-01", "1386", "五十", "")
    assert "不认识险种" in sentence(
        ZHOU, "周桂兰", "1998-01", "9", "5", "", "医疗", heading=[*HEADING, "险种"]
    )


def test_a_missing_or_doubled_column_is_named():
    assert (
        read_plain(HEADING[:3], [ZHOU, "周桂兰", "1998-01"])
        .problems[0]
        .sentence.startswith("表头缺少“缴费基数”“个人缴费或单位缴费”")
    )
    assert "两列" in read_plain([*HEADING, "姓名"], [ZHOU]).problems[0].sentence
    assert "没有找到表头" in read_plain(["随便", "写的"]).problems[0].sentence
    assert "没有缴费行" in read_plain([]).problems[0].sentence


cells = st.one_of(
    st.sampled_from([*HEADING, ZHOU, "周桂兰", "1998-01", "1386", "合计", ""]), st.text(max_size=5)
)


@given(st.lists(st.lists(cells, max_size=7), max_size=5))
@settings(max_examples=200, deadline=None)
def test_no_table_however_odd_breaks_the_reading(rows):
    roster = read_plain(*rows)
    assert roster.rows or roster.problems or not any(cell.strip() for row in rows for cell in row) or rows


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "0 字节"),
        (b"hello", "不是 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "设了密码"),
        (b"PK\x03\x04" + bytes(100), "不是 .xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_with_the_reason(content, why):
    with pytest.raises(NotAWorkbook, match=why):
        read_workbook(content)


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b"<workbook/>",
            **members,
        }.items():
            container.writestr(name, data)
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = packed(**{"xl/worksheets/sheet1.xml": bytes(12 * 1024 * 1024)})
    with pytest.raises(NotAWorkbook, match="解开后超出限额"):
        check_container(bomb)


def test_macros_other_archives_and_broken_sheets_are_refused():
    with pytest.raises(NotAWorkbook, match="宏"):
        check_container(packed(**{"xl/vbaProject.bin": b"x"}))
    with pytest.raises(NotAWorkbook, match="打不开"):
        read_workbook(packed())
    with pytest.raises(NotAWorkbook, match=r"不是 .xlsx|打不开"):
        read_workbook(workbook(HEADING)[:-40])


def test_a_cell_in_the_last_corner_does_not_take_the_server_with_it():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(1_048_575, 16_383, "x")
        book.worksheets()[0].write(0, 0, "x")
    with pytest.raises(NotAWorkbook, match="表格太大"):
        read_workbook(out.getvalue())
