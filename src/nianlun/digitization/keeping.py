"""Readings as the files kept with objects tell of them, and back; their fields stay sealed on the way (S5.1)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from nianlun.digitization.models import Reading
from nianlun.search.grams import filled
from nianlun.vault.record_text import as_binary, as_moment, binary, moment


def readings(page_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Current and older readings by page, oldest first."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in Reading.objects.filter(page_id__in=page_ids).order_by("read_at", "pk"):
        found[row.page_id].append(
            {
                "id": str(row.pk),
                "page": str(row.page_id),
                "engine": row.engine,
                "kind": row.kind,
                "lines": row.lines,
                "fields": binary(row.fields),
                "current": row.current,
                "read_at": moment(row.read_at),
                "is_sample": row.is_sample,
            }
        )
    return found


def restore_readings(contents: Iterable[Mapping[str, Any]]) -> None:
    rows = []
    for content in contents:
        text = "\n".join(str(line["text"]) for line in content["lines"])
        row = Reading(
            pk=content["id"],
            page_id=content["page"],
            lines=content["lines"],
            fields=as_binary(content["fields"]),
            text=text,
            grams=filled(text),
            read_at=as_moment(content["read_at"]),
            **{name: content[name] for name in ("engine", "kind", "current", "is_sample")},
        )
        rows.append(row)
    Reading.objects.bulk_create(rows, ignore_conflicts=True)
