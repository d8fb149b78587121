"""The label of a medium and its register sheet as PDF/A-2b: equal content, equal bytes."""

import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import segno
import typst
from django.utils import timezone
from noto_cjk_sans_otc import FONT_PATH

from nianlun.media.imaging.leaflet import Cover
from nianlun.media.imaging.writing import Package
from nianlun.media.lines import EventLine, MediumLine, SetLine

_SHOWN = 16  # characters of a digest, enough to tell media apart by eye


def label_of(line: MediumLine, *, cover: Cover, package: Package) -> bytes:
    """The label inside the image itself; its digest is the package's, since the image holds the label."""
    rows = [
        ["载体", line.kind.name],
        ["对象", f"{cover.objects} 个"],
        ["写入日期", cover.written_on],
        ["加密包摘要", f"SHA-512 {package.sha512[:_SHOWN]}…　SM3 {package.sm3[:_SHOWN]}…"],
        ["打开", f"任一保管人的私钥：{'、'.join(one.name for one in cover.recipients)}"],
        ["存放", line.kind.advice],
    ]
    return _typeset(
        title="离线介质标签",
        name=line.name,
        holder=cover.holder,
        secrecy=cover.secrecy,
        on=cover.written_on,
        code=f"{line.name} SHA-512 {package.sha512[:_SHOWN]}",
        rows=rows,
    )


def printed_label(line: MediumLine, *, of: SetLine) -> bytes:
    """The label for the box of a written medium, with the digest of its image."""
    rows = [
        ["载体", f"{line.kind.name} {line.serial}"],
        ["对象", f"{of.objects} 个"],
        ["写入", f"{_day(line.written_at)} {line.written_by_name}"],
        ["回读", f"{_day(line.verified_at)} {line.verified_by_name}"],
        ["镜像摘要", f"SHA-512 {line.sha512[:_SHOWN]}…　SM3 {line.sm3[:_SHOWN]}…"],
        ["存放位置", line.location or "　"],
        ["下次巡检", _day(line.next_check_on)],
        ["更新期限", _day(line.renew_by)],
    ]
    return _typeset(
        title="离线介质标签",
        name=line.name,
        holder=of.holder,
        secrecy=of.secrecy_label,
        on=_day(line.written_at),
        code=f"{line.name} SHA-512 {line.sha512[:_SHOWN]}",
        rows=rows,
    )


def register_sheet(line: MediumLine, *, of: SetLine, events: Sequence[EventLine]) -> bytes:
    """移交与写入登记表: what the medium is and everything that happened to it, to be signed."""
    rows = [
        ["介质编号", line.name],
        ["保管单位", of.holder],
        ["密级", of.secrecy_label],
        ["载体", f"{line.kind.name}（{line.kind.standard}）{line.serial}"],
        ["内容", f"{of.objects} 个档案对象，{of.object_bytes} 字节"],
        ["镜像", f"{line.size} 字节"],
        ["SHA-512", "\u200b".join(line.sha512[i : i + 32] for i in range(0, 128, 32))],
        ["SM3", line.sm3],
        ["能打开的保管人", "、".join(of.recipients)],
        ["存放位置", line.location or "未上架"],
        ["下次巡检", _day(line.next_check_on)],
        ["更新期限", _day(line.renew_by)],
    ]
    told = [
        [
            one.action.label,
            f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}",
            one.by_name,
            one.outcome.label if one.is_reading else "—",
            one.note,
        ]
        for one in reversed(events)
    ]
    return _typeset(
        title="离线介质写入登记表",
        name=line.name,
        holder=of.holder,
        secrecy=of.secrecy_label,
        on=_day(line.written_at),
        code=f"{line.name} SHA-512 {line.sha512[:_SHOWN]}",
        rows=rows,
        events=told,
    )


def _day(value: date | None) -> str:
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return f"{value:%Y-%m-%d}" if value else "—"


def _typeset(
    *,
    title: str,
    name: str,
    holder: str,
    secrecy: str,
    on: str,
    code: str,
    rows: list[list[str]],
    events: list[list[str]] | None = None,
) -> bytes:
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=0)
    sheet = {
        "title": title,
        "name": name,
        "holder": holder,
        "secrecy": secrecy,
        "on": on,
        "code": drawn.getvalue().decode(),
        "rows": rows,
        "register": events is not None,
        "events": events or [],
    }
    with as_file(files("nianlun.media").joinpath("typeset")) as folder:
        made = typst.Compiler(str(folder / "label.typ"), root=str(folder), font_paths=_fonts()).compile(
            format="pdf",
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            pdf_standards="a-2b",
            timestamp=0,
        )
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF")
    return made


@cache
def _fonts() -> typst.Fonts:
    with as_file(FONT_PATH) as font:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(Path(font).parent)]
        )
