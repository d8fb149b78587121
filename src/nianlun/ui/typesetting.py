"""Paper out of templates: PDF/A-2b, equal content, equal bytes; a character the font lacks is an error, not a box."""

import io
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pikepdf
import typst
from noto_cjk_sans_otc import FONT_PATH

_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_NOT_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class GlyphMissing(Exception):
    """The font lacks a character; the message says which and what to do, in Chinese."""

    def __init__(self, characters: str) -> None:
        super().__init__(
            f"字库里没有“{characters}”，印出来会缺字，所以没有生成。请打印屏幕上的页面，手写补上这个字，并报告技术人员。"
        )
        self.characters = characters


def typeset(package: str, template: str, *, content: Mapping[str, object]) -> bytes:
    """The template of a package's `typeset` folder, filled from `sys.inputs.form`. Raises `GlyphMissing`."""
    with as_file(files(package).joinpath("typeset")) as folder:
        compiler = typst.Compiler(str(folder / template), root=str(folder), font_paths=_fonts())
        try:
            made = compiler.compile(
                format="pdf",
                sys_inputs={"form": json.dumps(content, ensure_ascii=False)},
                pdf_standards="a-2b",
                timestamp=0,
            )
        except typst.TypstError as error:
            missing = _MISSING.search(str(error))
            if missing is None:
                raise
            raise GlyphMissing(_NOT_ESCAPED.sub(lambda m: f"U+{m[1].upper()}", missing[1])) from None
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF")
    return made


def page_count(paper: bytes) -> int:
    """How many pages a paper of ours has; not for files from elsewhere (S4.3)."""
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        return len(pdf.pages)


@cache
def _fonts() -> typst.Fonts:
    with as_file(FONT_PATH) as font:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(Path(font).parent)]
        )
