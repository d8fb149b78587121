"""The desk's lists that can be taken out as a file: the people, and the registers of items."""

from collections.abc import Mapping, Sequence

from nianlun.access.domain import NotVisible, Right, Viewer
from nianlun.archives import queries as archives
from nianlun.archives.domain import Category
from nianlun.registry import queries as registry
from nianlun.watch import exports


def offer_all() -> None:
    """Offer them, once, when the system starts."""
    exports.offer(
        "desk.people",
        label="参保人名单",
        right=Right.PERSON_SEARCH,
        headings=("姓名", "证件号码", "个人编号", "性别", "险种", "经办机构"),
        rows=people,
    )
    exports.offer(
        "desk.register",
        label="归档文件目录",
        right=Right.ITEM_READ,
        headings=("档号", "题名", "责任者", "日期", "归属人", "期限", "密级", "页数", "备注"),
        rows=register,
    )


def people(viewer: Viewer, filters: Mapping[str, str], limit: int) -> Sequence[Sequence[object]]:
    """The people as the page of people finds them; numbers stay masked."""
    text = filters.get("q", "")
    found = (
        registry.search_persons(viewer, text, limit=limit)
        if text
        else registry.list_persons(viewer, limit=limit)
    )
    return [
        (
            line.name,
            line.masked_identity_number,
            line.personal_number,
            line.sex.label,
            line.scheme.label,
            line.agency_name,
        )
        for line in found
    ]


def register(viewer: Viewer, filters: Mapping[str, str], limit: int) -> Sequence[Sequence[object]]:
    """The register of one kind of archives, newest filing first. Raises `NotVisible` for an unknown kind."""
    try:
        kind = Category(filters.get("category", ""))
    except ValueError:
        raise NotVisible from None
    text = filters.get("q", "")
    found = list(archives.items_of_category(viewer, category=kind, text=text, start=0, limit=limit))
    names = registry.person_names(viewer, [line.person_id for line in found if line.person_id])
    return [
        (
            line.code,
            line.title,
            line.creator,
            line.recorded_text,
            names.get(line.person_id, "") if line.person_id else "",
            line.retention,
            line.secrecy.label,
            line.page_count,
            "" if line.is_original else "复印件",
        )
        for line in found
    ]
