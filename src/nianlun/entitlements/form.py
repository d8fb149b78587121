"""Typesets the printed forms as PDF/A-2b: equal content, equal bytes."""

import hashlib
import io
import json
import re
from dataclasses import asdict
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import segno
import typst
from noto_cjk_sans_otc import FONT_PATH

from nianlun.entitlements.form_content import FormContent

_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_NOT_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class GlyphMissing(Exception):
    """The font lacks a character; the message says which and what to do, in Chinese."""

    def __init__(self, characters: str) -> None:
        super().__init__(
            f"字库里没有“{characters}”，印出来会缺字，所以没有生成。请打印屏幕上的页面，手写补上这个字，并报告技术人员。"
        )
        self.characters = characters


def typeset(content: FormContent) -> bytes:
    """The form as PDF/A-2b with its number, page numbers and a code to compare it by. Raises `GlyphMissing`."""
    data = asdict(content) | {"on": content.on.isoformat(), "number": number(content)}
    data["code"] = _code(
        f"{content.title} {data['number']}，{content.verify}，政策版本 {content.edition[:12]}"
    )
    with as_file(files("nianlun.entitlements").joinpath("typeset")) as folder:
        compiler = typst.Compiler(str(folder / "form.typ"), root=str(folder), font_paths=_fonts())
        try:
            made = compiler.compile(
                format="pdf",
                sys_inputs={"form": json.dumps(data, ensure_ascii=False)},
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


def number(content: FormContent) -> str:
    """The number of the form: its day and a digest of all that stands on it."""
    said = json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, default=str)
    return f"{content.on:%Y%m%d}-{hashlib.sha256(said.encode()).hexdigest()[:10].upper()}"


def _code(text: str) -> str:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=0)
    return drawn.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    with as_file(FONT_PATH) as font:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(Path(font).parent)]
        )
