"""Understanding a contribution workbook: which column is what, and what each row says. No database, no clock."""

import datetime
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nianlun.contributions.workbook import Cell, Number, Sheet
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber, from15
from nianlun.kernel.money import ZERO, NotAnAmount, fen, yuan
from nianlun.kernel.months import NotAMonth, month_of
from nianlun.kernel.months import month as month_number
from nianlun.registry.domain import Scheme

HEADER_WITHIN = 15  # rows from the top; rosters carry titles, unit and period above their heading
LARGEST_AMOUNT = Decimal("1000000")  # yuan a month; more is a slip of the decimal point

COLUMNS: dict[str, tuple[str, ...]] = {
    "identity_number": (
        "证件号码",
        "证件号",
        "公民身份号码",
        "身份证号码",
        "身份证号",
        "居民身份证号码",
        "居民身份证号",
        "社会保障号码",
        "社会保障号",
    ),
    "name": ("姓名", "职工姓名", "参保人姓名", "人员姓名"),
    "month": ("费款所属期", "费款所属月", "所属期", "缴费年月", "缴费月份", "缴费所属期", "年月"),
    "base": ("缴费基数", "月缴费基数", "缴费工资", "缴费工资基数", "月缴费工资"),
    "personal": (
        "个人缴费",
        "个人缴费金额",
        "个人缴费额",
        "个人应缴",
        "个人实缴",
        "个人部分",
        "个人缴纳",
    ),
    "employer_part": (
        "单位缴费",
        "单位缴费金额",
        "单位缴费额",
        "单位应缴",
        "单位实缴",
        "单位部分",
        "单位缴纳",
    ),
    "unit": ("单位名称", "参保单位", "缴费单位", "参保单位名称", "用人单位", "所在单位", "单位"),
    "scheme": ("险种", "险种类型", "养老保险类型", "参保险种"),
}
REQUIRED = {"identity_number": "证件号码", "name": "姓名", "month": "费款所属期", "base": "缴费基数"}
SCHEMES = {
    "企业职工基本养老保险": Scheme.ENTERPRISE,
    "城镇企业职工基本养老保险": Scheme.ENTERPRISE,
    "企业职工养老保险": Scheme.ENTERPRISE,
    "企业职工": Scheme.ENTERPRISE,
    "灵活就业": Scheme.FLEXIBLE,
    "灵活就业人员": Scheme.FLEXIBLE,
    "灵活就业养老保险": Scheme.FLEXIBLE,
    "机关事业单位基本养老保险": Scheme.GOVERNMENT_INSTITUTION,
    "机关事业单位养老保险": Scheme.GOVERNMENT_INSTITUTION,
    "机关事业": Scheme.GOVERNMENT_INSTITUTION,
    "城乡居民基本养老保险": Scheme.RESIDENT,
    "城乡居民养老保险": Scheme.RESIDENT,
    "城乡居民": Scheme.RESIDENT,
}
_FOOTER = re.compile(r"合计|小计|总计|制表|填表|填报|审核|复核|负责人|盖章|说明|备注")
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_MONTH = re.compile(r"(\d{4})(?:年|[-./])?(\d{1,2})月?(?:份)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a row, or a sheet as a whole (row 0), cannot be used: fact, cause and next step in Chinese."""

    sheet: str
    row: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One readable row: what was paid for one person and month. Amounts in yuan."""

    sheet: str
    row: int
    identity_number: IdentityNumber
    name: str
    month: int
    months: int  # twelve where the sheet names a year only, as residents pay
    base: Decimal
    personal: Decimal
    employer_part: Decimal
    unit: str
    scheme: Scheme | None  # None where the sheet has no such column: the person's own scheme is meant

    @property
    def place(self) -> str:
        return f"{self.sheet[:60]} 第 {self.row} 行"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """What a workbook says, and what could not be understood."""

    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...]


class NotReadable(ValueError):
    """A cell or a row cannot be understood; the message is a Chinese sentence."""


def read_roster(sheets: Sequence[Sheet], *, this_month: int) -> Roster:
    """Rows and problems of all sheets in their order. Sheets without any filled cell are passed over."""
    rows: list[RosterRow] = []
    problems: list[Problem] = []
    for sheet in sheets:
        if not any(_text(cell) for row in sheet.rows for cell in row):
            continue
        for found in _read_sheet(sheet, this_month=this_month):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                rows.append(found)
    if not rows and not problems:
        problems.append(Problem(sheet="", row=0, sentence="表里没有缴费行。请检查是否选错了文件。"))
    return Roster(rows=tuple(rows), problems=tuple(problems))


def _read_sheet(sheet: Sheet, *, this_month: int) -> Iterator[RosterRow | Problem]:
    try:
        columns, body = _header(sheet)
    except NotReadable as reason:
        yield Problem(sheet=sheet.name, row=0, sentence=str(reason))
        return
    for index in range(body, len(sheet.rows)):
        cells = sheet.rows[index]
        if _is_no_entry(cells, columns):
            continue
        try:
            yield _read_row(cells, columns, sheet=sheet.name, row=index + 1, this_month=this_month)
        except (NotReadable, NotAnAmount, NotAMonth, NotAnIdentityNumber) as reason:
            yield Problem(sheet=sheet.name, row=index + 1, sentence=str(reason))


def _header(sheet: Sheet) -> tuple[dict[str, int], int]:
    """Which column holds what, and the index of the first row below the heading, of one line or two."""
    best: dict[str, list[int]] = {}
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        upper = [_heading(cell) for cell in row]
        lower = [_heading(cell) for cell in sheet.rows[index + 1]] if index + 1 < len(sheet.rows) else []
        for names, lines in ((upper, 1), (_two_lines(upper, lower), 2)):
            columns = _columns(names)
            if not _missing(columns):
                twice = [names[found[1]] for found in columns.values() if len(found) > 1]
                if twice:
                    raise NotReadable(f"表头里有两列都是“{twice[0]}”。请删去一列再导入。")
                return {key: found[0] for key, found in columns.items()}, index + lines
            best = max(best, columns, key=len)
    if len(best) < 2:
        raise NotReadable(
            f"前 {HEADER_WITHIN} 行里没有找到表头。表头应有“证件号码、姓名、费款所属期、缴费基数、个人缴费”几列。"
        )
    raise NotReadable(f"表头缺少“{'”“'.join(_missing(best))}”。请补上这一列，或把列名改成这样写。")


def _missing(columns: dict[str, list[int]]) -> list[str]:
    missing = [label for key, label in REQUIRED.items() if key not in columns]
    return missing if columns.keys() & {"personal", "employer_part"} else [*missing, "个人缴费或单位缴费"]


def _two_lines(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Headings of two lines: any heading over `个人 | 单位`, which spans both, means the amounts paid."""
    names = []
    for index in range(max(len(upper), len(lower))):
        above = upper[index] if index < len(upper) else ""
        below = lower[index] if index < len(lower) else ""
        names.append(f"{below}缴费" if below in {"个人", "单位"} else below or above)
    return names


def _columns(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        key = next((key for key, aliases in COLUMNS.items() if name in aliases), None)
        if key is not None:
            found.setdefault(key, []).append(index)
    return found


def _heading(cell: Cell) -> str:
    text = unicodedata.normalize("NFKC", _text(cell))
    text = re.sub(r"[(\[（【].*?[)\]）】]", "", text)  # 缴费基数（元）
    return re.sub(r"[\s*:：、]", "", text)


def _is_no_entry(cells: Sequence[Cell], columns: dict[str, int]) -> bool:
    """An empty row, or a footer such as sums and signatures: it names nobody."""
    filled = [_text(cell) for cell in cells if _text(cell)]
    if not filled:
        return True
    if any(character.isdigit() for character in _cell_text(cells, columns["identity_number"])):
        return False
    return any(_FOOTER.search(re.sub(r"\s", "", text)) for text in filled)


def _read_row(
    cells: Sequence[Cell], columns: dict[str, int], *, sheet: str, row: int, this_month: int
) -> RosterRow:
    name = re.sub(r"\s", "", _cell_text(cells, columns["name"]))
    if not name:
        raise NotReadable("没有写姓名。请对照原表补上。")
    base = _amount(cells, columns.get("base"), label="缴费基数")
    personal = _amount(cells, columns.get("personal"), label="个人缴费")
    employer_part = _amount(cells, columns.get("employer_part"), label="单位缴费")
    if personal == employer_part == 0:
        raise NotReadable("个人缴费和单位缴费都是空的，这一行没有可记的金额。")
    if base == 0:
        raise NotReadable("没有写缴费基数。请对照原表补上。")
    month, months = _period(cells, columns["month"], this_month=this_month)
    if (personal > base or employer_part > base) and months == 1:
        raise NotReadable(f"缴费金额大于缴费基数 {base} 元。请核对两列是否填反。")
    return RosterRow(
        sheet=sheet,
        row=row,
        identity_number=_identity_number(cells, columns["identity_number"]),
        name=name,
        month=month,
        months=months,
        base=base,
        personal=personal,
        employer_part=employer_part,
        unit=re.sub(r"\s", "", _cell_text(cells, columns.get("unit"))),
        scheme=_scheme(_cell_text(cells, columns.get("scheme"))),
    )


def _identity_number(cells: Sequence[Cell], column: int) -> IdentityNumber:
    cell = cells[column] if column < len(cells) else ""
    text = _text(cell)
    if not text:
        raise NotReadable("没有写证件号码。请对照原表补上。")
    if isinstance(cell, Number) and len(text) > 15:
        # A spreadsheet keeps 15 digits of a number; the last three are no longer the person's.
        raise NotReadable("证件号码在表里存成了数字，末几位已经丢失。请把这一列设为文本，重新填写。")
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lstrip("'")
    return from15(plain) if len(plain) == 15 else IdentityNumber.parse(plain)


def _period(cells: Sequence[Cell], column: int, *, this_month: int) -> tuple[int, int]:
    """The month paid for, and how many from it on: a year alone stands for its twelve months."""
    cell = cells[column] if column < len(cells) else ""
    months = 1
    if isinstance(cell, datetime.date):
        found = month_of(cell)
    elif year := _YEAR.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", _text(cell)))):
        found, months = month_number(int(year[1]), 1), 12
    else:
        text = re.sub(r"\s", "", unicodedata.normalize("NFKC", _text(cell)))
        match = _MONTH.fullmatch(text)
        if not match:
            raise NotReadable(f"费款所属期应写成 2024-03 的形式，现在是“{text[:20]}”。")
        found = month_number(int(match[1]), int(match[2]))
    if found > this_month:
        raise NotReadable(f"费款所属期 {found // 12}-{found % 12 + 1:02d} 还没有到。请核对年月。")
    if found < 1951 * 12:
        raise NotReadable(f"费款所属期 {found // 12}-{found % 12 + 1:02d} 早于劳动保险施行。请核对年月。")
    return found, months


def _amount(cells: Sequence[Cell], column: int | None, *, label: str) -> Decimal:
    if column is None or column >= len(cells):
        return ZERO
    cell = cells[column]
    text = _text(cell)
    if not text or text in {"-", "—", "－"}:
        return ZERO
    # A number cell holds a binary fraction; people see it, and mean it, to the fen.
    amount = Decimal(f"{cell.value:.4f}") if isinstance(cell, Number) else yuan(text)
    if amount < 0:
        raise NotReadable(f"{label}是负数。冲销请在缴费记录上办，不从表格导入。")
    if amount > LARGEST_AMOUNT:
        raise NotReadable(f"{label} {amount} 元过大。请核对小数点。")
    fen(amount)
    return amount.quantize(Decimal("0.01"))


def _scheme(text: str) -> Scheme | None:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return None
    if plain not in SCHEMES:
        raise NotReadable(f"不认识险种“{plain[:20]}”。可以写：企业职工、灵活就业、机关事业、城乡居民。")
    return SCHEMES[plain]


def _cell_text(cells: Sequence[Cell], column: int | None) -> str:
    return _text(cells[column]) if column is not None and column < len(cells) else ""


def _text(cell: Cell) -> str:
    if isinstance(cell, Number):
        return cell.text
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return cell.strip()
