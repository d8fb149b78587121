"""A unit's yearly roster of contributions as it comes from the unit: one line a person and month."""

from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from nianlun.kernel.months import show_month
from nianlun.sample import wording
from nianlun.sample.people import City, Employer

HEADER = ("证件号码", "姓名", "年月", "缴费基数", "单位缴费", "个人缴费")


def contribution_workbook(city: City, employer: Employer, year: int) -> bytes:
    """An .xlsx of what the unit paid for its people in a year, in yuan; `ValueError` if it paid nothing.

    Like the real ones it has a title above the header, and identity numbers as text.
    """
    rows = [
        (person.identity_number, person.name, show_month(one.month), one.base, one.unit_part, one.own_part)
        for person in city.persons
        for one in person.contributions
        if one.payer == employer.code and one.month // 12 == year
    ]
    if not rows:
        raise ValueError(f"{employer.name} {year} 年没有缴费记录。")
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    # A fixed day, so that the same city gives the same bytes.
    book.set_properties({"created": datetime(year + 1, 1, 15, tzinfo=UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("缴费明细")
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    head = book.add_format({"bold": True, "border": 1, "align": "center"})
    text, money = (
        book.add_format({"border": 1, "num_format": "@"}),
        book.add_format({"border": 1, "num_format": "0.00"}),
    )
    name = wording.unit_name(employer, year=year)
    sheet.merge_range(0, 0, 0, len(HEADER) - 1, f"{name}{year}年度职工基本养老保险缴费明细表", title)
    sheet.write_row(1, 0, HEADER, head)
    for place, (number, who, month, *amounts) in enumerate(
        sorted(rows, key=lambda r: (r[0], r[2])), start=2
    ):
        for column, words in enumerate((number, who, month)):
            sheet.write_string(place, column, words, text)
        for column, amount in enumerate(amounts, start=3):
            sheet.write_number(place, column, float(amount), money)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 5, 12)
    sheet.set_row(0, 28)
    sheet.freeze_panes(2, 0)
    book.close()
    return out.getvalue()


def rosters(city: City) -> list[tuple[Employer, int]]:
    """Every unit and year for which a workbook can be made, in order."""
    found = sorted({(c.payer, c.month // 12) for p in city.persons for c in p.contributions if c.payer})
    units = {unit.code: unit for unit in city.employers}
    return [(units[code], year) for code, year in found]
