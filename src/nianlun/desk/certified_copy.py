"""A certified copy of an archival item (复制件): the original is checked first, then printed page by page."""

import base64
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.archives.queries import ItemLine
from nianlun.digitization import queries as digitization
from nianlun.digitization.reading import PageImage
from nianlun.journal import certificates
from nianlun.kernel.digests import digest_chunks
from nianlun.kernel.document_codes import new_code
from nianlun.registry import queries as registry
from nianlun.ui.stamp import Stamp
from nianlun.ui.typesetting import page_count, typeset
from nianlun.vault import queries as vault

MOST_PAGES = 200
_CHUNK = 1 << 20
_WIDE, _HIGH = 176.0, 244.0  # millimetres that a page's picture may take
_BREAK = "\u200b"  # where a long digest may go on in the next line


@transaction.atomic
def certified_copy(item: ItemLine, *, by: Viewer, stamp: Callable[[str], Stamp], at: datetime) -> bytes:
    """The copy as PDF/A-2b, entered in the register of issued documents.

    Raises `Refused` where it may not or cannot be made, what `digitization.queries.pictures` raises, and
    `GlyphMissing`; then nothing is entered.
    """
    authorize(by, Right.ITEM_CERTIFY)
    if item.page_count > MOST_PAGES:
        raise Refused(
            f"这一件有 {item.page_count} 页，一次最多出具 {MOST_PAGES} 页的复制件。请下载原件文件，或到库房复印。"
        )
    sm3 = _checked(item)
    agency = registry.agency(item.agency_id)
    owner = registry.person(by, item.person_id) if item.person_id else None
    code = new_code()
    content = {
        "on": timezone.localdate(at).isoformat(),
        "code": item.code,
        "agency": agency.name,
        "certified_by": f"{by.agency_name} {by.role.label} {by.name}",
        "rows": _rows(item, sm3=sm3),
        "pages": [_page(picture, number=n) for n, picture in enumerate(digitization.pictures(item), 1)],
        "stamp": stamp(code).printed(),
    }
    paper = typeset("nianlun.desk", "copy.typ", content=content)
    certificates.seal(
        code,
        paper,
        kind=certificates.Kind.COPY,
        about_id=str(item.id),
        person_id=item.person_id,
        holder=owner.name if owner else "",
        agency_name=agency.name,
        division=agency.division,
        pages=page_count(paper),
        by=by,
        at=at,
    )
    return paper


def _checked(item: ItemLine) -> str:
    """Read the whole original and hold it against the digest it came in with; returns its SM3."""
    with vault.open_file(item.vault_object, item.file_name) as stream:
        found = digest_chunks(iter(lambda: stream.read(_CHUNK), b""))
    if found.sha512 != item.sha512:
        raise Refused("库内的原件文件与入库时的摘要不符，不能出具复制件。请档案保管员核对这一件。")
    return found.sm3


def _rows(item: ItemLine, *, sm3: str) -> list[tuple[str, str]]:
    return [
        ("题名", item.title),
        ("档号", item.code),
        ("门类和种类", f"{item.category.label}，{item.document_kind.label}"),
        ("责任者", item.creator or "—"),
        ("形成日期", item.recorded_text or "—"),
        ("库内所存", f"{'原件' if item.is_original else '复印件'}，{item.page_count} 页"),
        ("归档", f"{timezone.localdate(item.filed_at)} {item.filed_by}"),
        ("核对", "制作前已将库内文件逐字节读出，与入库时的摘要一致"),
        ("原件 SHA-512", _broken(item.sha512)),
        ("原件 SM3", _broken(sm3)),
    ]


def _broken(digest: str) -> str:
    return _BREAK.join(digest[start : start + 32] for start in range(0, len(digest), 32))


def _page(picture: PageImage, *, number: int) -> dict[str, object]:
    """One page as a drawing around its picture: so it reaches the paper without lying on a disk on the way."""
    wide, high = picture.width, picture.height
    scale = min(_WIDE / wide, _HIGH / high)
    data = base64.b64encode(picture.content).decode()
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">'
        f'<image width="{wide}" height="{high}" href="data:{picture.media_type};base64,{data}"/></svg>'
    )
    return {"number": number, "drawing": drawing, "width": wide * scale, "height": high * scale}
