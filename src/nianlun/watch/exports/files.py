"""The rows as a workbook or as text, with the mark that people see and the number that they do not."""

import csv
import io
import zipfile
from collections.abc import Sequence

import xlsxwriter

from nianlun.watch import marking
from nianlun.watch.domain.exporting import harmless, harmless_rows, seen, unseen

_NAME = "nianlun"
_WIDE = 60  # characters; a wider column is no longer read


def written(
    kind: str, *, headings: Sequence[str], rows: Sequence[Sequence[object]], mark: str, entry_id: int
) -> bytes:
    """The file: the mark in its first row, the headings in its second, the number of its entry unseen."""
    table = [list(headings), *harmless_rows(rows)]
    first = harmless(mark)
    return (
        _workbook(table, mark=first, entry_id=entry_id)
        if kind == "xlsx"
        else _text(table, mark=first, entry_id=entry_id)
    )


def _text(table: Sequence[Sequence[str]], *, mark: str, entry_id: int) -> bytes:
    """With the byte order mark by which Excel knows UTF-8."""
    made = io.StringIO()
    writer = csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([mark + unseen(entry_id)])
    writer.writerows(table)
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def _workbook(table: Sequence[Sequence[str]], *, mark: str, entry_id: int) -> bytes:
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_custom_property(_NAME, marking.mark(entry_id).decode())
        sheet = book.add_worksheet("导出")
        sheet.set_header(f"&C&8{mark.replace('&', '＆')[:200]}")
        sheet.repeat_rows(0, 1)
        sheet.freeze_panes(2, 0)
        pale = book.add_format({"font_color": "#9c2b2b", "italic": True})
        head = book.add_format({"bold": True, "bottom": 1})
        sheet.write_string(0, 0, mark + unseen(entry_id), pale)
        for number, row in enumerate(table, 1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, head if number == 1 else None)
        for column in range(len(table[0])):
            longest = max(len(row[column]) for row in table[:200])
            sheet.set_column(column, column, min(2 * longest + 2, _WIDE))
    return made.getvalue()


def entry_of(content: bytes) -> int | None:
    """The entry that tells who asked for this file, or was given this picture; None for a file without the number."""
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                return marking.entry_of(parts.read("docProps/custom.xml"))
        except (zipfile.BadZipFile, KeyError):
            return None
    return seen(content.decode("utf-8", "replace")) or marking.entry_of(content)
