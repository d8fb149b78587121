"""Reading a workbook of strangers: cells as written, in a process of its own, within fixed limits.

The parent checks the container before anything is unpacked; the child, which is this module run as a program,
reads behind the same fences as the page readers and writes plain JSON. Nothing of the file is ever executed.
"""

import datetime
import io
import json
import math
import subprocess  # the argument list is fixed; the workbook goes in through a pipe
import sys
import zipfile
from dataclasses import dataclass

from nianlun.digitization.reading import fences

LARGEST = 20 * 1024 * 1024  # bytes as sent
LARGEST_UNPACKED = 300 * 1024 * 1024
LARGEST_RATIO = 100
MOST_MEMBERS = 5_000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_SHEETS = 50
LONGEST_CELL = 500  # characters; no roster needs more
WALL_SECONDS = 120

_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class NotAWorkbook(ValueError):
    """The bytes cannot be read as a workbook; the message says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Number:
    """A cell that the workbook keeps as a number; identity numbers kept so have lost digits."""

    value: float

    @property
    def text(self) -> str:
        """Written out without an exponent or a needless fraction."""
        return str(int(self.value)) if self.value.is_integer() else repr(self.value)


Cell = str | Number | datetime.date


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows[0]` is its first row, empty rows included, so that row numbers are those people see."""

    name: str
    rows: list[list[Cell]]


def read_workbook(content: bytes) -> list[Sheet]:
    """The sheets of an .xlsx workbook. Raises `NotAWorkbook`."""
    check_container(content)
    command = [sys.executable, "-I", "-c", _CHILD, *(p for p in sys.path if p)]
    try:
        done = subprocess.run(  # noqa: S603  fixed program, no shell
            command, input=content, capture_output=True, timeout=WALL_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired as reason:
        raise NotAWorkbook("读这份表格超过 2 分钟，已停止。请拆成几份再导入。") from reason
    # Killed by a limit counts as too large: one filled cell in the last corner of a sheet asks for 500 GB.
    if done.returncode == _TOO_LARGE or done.returncode < 0:
        raise NotAWorkbook(
            f"表格太大：最多 {MOST_SHEETS} 张工作表、每张 {MOST_ROWS} 行 {MOST_COLUMNS} 列。"
            "请删去远处的单元格，或拆成几份再导入。"
        )
    if done.returncode == _UNFENCED:
        raise NotAWorkbook("这台机器不能隔离运行表格解析，已停止。请通知系统管理员。")
    if done.returncode != 0:
        raise NotAWorkbook("表格打不开，可能已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx，再导入。")
    return [
        Sheet(sheet["name"], [[_cell(value) for value in row] for row in sheet["rows"]])
        for sheet in json.loads(done.stdout)
    ]


def check_container(content: bytes) -> None:
    """Refuse by content, not by name, what is no .xlsx or would unpack beyond the limits. Raises
    `NotAWorkbook`."""
    if not content:
        raise NotAWorkbook("文件是空的（0 字节）。请重新选择文件。")
    if len(content) > LARGEST:
        raise NotAWorkbook(f"文件超过 {LARGEST // 1024 // 1024} MB。请拆成几份再导入。")
    if content.startswith(_OLD_OR_LOCKED):
        raise NotAWorkbook("这是旧版 .xls 或设了密码的表格。请去掉密码，另存为 .xlsx，再导入。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            members = container.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as reason:
        raise NotAWorkbook("这不是 .xlsx 表格，或文件不完整。请选择 .xlsx 文件。") from reason
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/workbook.") for name in names):
        raise NotAWorkbook("这是压缩文件，不是 .xlsx 表格。请选择 .xlsx 文件。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise NotAWorkbook("表格带有宏。请另存为不带宏的 .xlsx，再导入。")
    unpacked = sum(member.file_size for member in members)
    worst = max(m.file_size / max(m.compress_size, 1) for m in members)
    small = unpacked < 10 * 1024 * 1024  # blank cells of an honest sheet may pack better than 1:100
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or (worst > LARGEST_RATIO and not small):
        raise NotAWorkbook("表格解开后超出限额，已拒收。请只保留需要导入的工作表，另存后再导入。")


def _cell(value: object) -> Cell:
    if isinstance(value, int | float):
        return Number(float(value))
    if isinstance(value, dict):
        return datetime.date.fromisoformat(value["day"])
    return str(value)


_TOO_LARGE, _UNFENCED = 3, 4
# -I keeps the child from the caller's folder and environment; the paths of this very program come as arguments.
_CHILD = (
    "import sys; sys.path[:0] = sys.argv[1:]; from nianlun.contributions.workbook import child; child()"
)


def child() -> None:
    """The separate process: workbook on standard input, JSON on standard output (S4.3)."""
    fences.hide_memory()
    fences.Limits().arm()
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  after the limits, and never in the server

    if not fences.filter_system_calls():
        sys.exit(_UNFENCED)
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    if len(book.sheet_names) > MOST_SHEETS:
        sys.exit(_TOO_LARGE)
    sheets = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            sys.exit(_TOO_LARGE)
        rows = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        sheets.append({"name": name, "rows": rows})
    sys.stdout.write(json.dumps(sheets, ensure_ascii=True))


def _plain(cell: object) -> object:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return cell if math.isfinite(cell) else ""
    if isinstance(cell, datetime.datetime | datetime.date):
        return {"day": f"{cell:%Y-%m-%d}".zfill(10)}
    return str(cell)[:LONGEST_CELL]
