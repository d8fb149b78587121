"""The register of issued documents: what was given out under which code, and whether it still stands.

Each paper is asked for anew and gets a code of its own. What is kept of the code is a digest, of the paper its digests,
and of the person the surname; the journal's entry of the issuing holds the same, so that a row which was altered
later contradicts the log and is not believed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from nianlun.journal.domain import Actor, declare
from nianlun.journal.models import Entry, IssuedDocument
from nianlun.journal.operations import record
from nianlun.kernel.digests import Digests, digest_bytes
from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.names import masked_name

Kind = IssuedDocument.Kind
ISSUED = declare("journal.document_issued", "出具{kind}，{pages} 页")
WITHDRAWN = declare("journal.document_withdrawn", "撤回{kind}：{reason}")
SHORTEST_REASON, LONGEST_REASON = 4, 200

_REPLACED = (Kind.DETERMINATION, Kind.EXPLANATION)
"""Of these a later one about the same takes the earlier one's place; a copy of a paper stays one."""


class NotWithdrawn(Exception):
    """The document stays as it is; the sentence says why."""


class Standing(StrEnum):
    """What a document is still good for."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One issued document. `agrees` is false where the register contradicts the journal's entry of its issuing."""

    id: UUID
    kind: IssuedDocument.Kind
    about_id: str
    holder: str
    agency_name: str
    issued_at: datetime
    pages: int
    sha512: str
    sm3: str
    entry_id: int
    standing: Standing
    changed_at: datetime | None
    """When it was superseded or withdrawn."""
    agrees: bool

    @property
    def cursor(self) -> str:
        """Where the page after this line begins."""
        return str(self.id)


_COLUMNS = ("id", "about_id", "holder", "agency_name", "issued_at", "pages", "sha512", "sm3", "entry_id")


@transaction.atomic
def seal(
    code: str,
    content: bytes,
    *,
    kind: IssuedDocument.Kind,
    about_id: str,
    person_id: UUID | None,
    holder: str,
    agency_name: str,
    division: str,
    pages: int,
    by: Actor | None,
    at: datetime,
) -> UUID:
    """Enter a document that carries `code` and is about to be given out; with the download, or not at all.

    `holder` is the whole name of the person it is about, of which the surname is kept; `pages` are counted on paper.
    """
    digests = digest_bytes(content)
    number = uuid7()
    entry_id = record(
        ISSUED,
        by=by,
        about="journal.document",
        about_id=str(number),
        person_id=person_id,
        rows=1,
        details=_said(
            kind,
            digests=digests,
            pages=pages,
            holder=masked_name(holder),
            agency_name=agency_name,
            code_digest=_digest(code),
        ),
        at=at,
    )
    IssuedDocument.objects.create(
        id=number,
        code_digest=_digest(code),
        kind=kind,
        about_id=about_id,
        holder=masked_name(holder),
        agency_name=agency_name,
        division=division,
        issued_at=at,
        pages=pages,
        sha512=digests.sha512,
        sm3=digests.sm3,
        entry_id=entry_id,
    )
    return number


@transaction.atomic
def withdraw(number: UUID, *, scope: str, reason: str, by: Actor, at: datetime) -> None:
    """Say of a document that it no longer stands. Raises `NotWithdrawn`, also for one outside the scope."""
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise NotWithdrawn(
            f"撤回的理由应写 {SHORTEST_REASON} 到 {LONGEST_REASON} 个字，例如“打印后发现出生日期有误”。"
        )
    row = _in_scope(IssuedDocument.objects.all(), scope).select_for_update().filter(pk=number).first()
    if row is None:
        raise NotWithdrawn("没有这份文件，或不在您的业务范围内。")
    if row.withdrawn_at is not None:
        raise NotWithdrawn("这份文件已经撤回。")
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    record(
        WITHDRAWN,
        by=by,
        about="journal.document",
        about_id=str(number),
        details={"kind": row.get_kind_display(), "reason": reason},
        at=at,
    )


def by_code(code: str) -> DocumentLine | None:
    """The document that carries this code, in its printed form."""
    return _one(Q(code_digest=_digest(code)))


def by_digests(digests: Digests) -> DocumentLine | None:
    """The document with exactly these bytes."""
    return _one(Q(sha512=digests.sha512, sm3=digests.sm3))


def issued(*, scope: str, before: str = "", limit: int = 50) -> list[DocumentLine]:
    """What agencies of a scope gave out, latest first; `before` is the `cursor` of the page before."""
    rows = _in_scope(_rows(), scope).order_by("-pk")
    if before:
        try:
            rows = rows.filter(pk__lt=UUID(before))
        except ValueError:
            return []
    return _lines(rows[:limit])


def _rows() -> QuerySet[IssuedDocument]:
    later = IssuedDocument.objects.filter(
        kind=OuterRef("kind"), about_id=OuterRef("about_id"), pk__gt=OuterRef("pk"), withdrawn_at=None
    )
    told = Entry.objects.filter(action=WITHDRAWN, about_id=Cast(OuterRef("pk"), CharField()))
    return IssuedDocument.objects.annotate(
        later_at=Subquery(later.order_by("pk").values("issued_at")[:1]), told_withdrawn=Exists(told)
    )


def _in_scope(rows: QuerySet[IssuedDocument], scope: str) -> QuerySet[IssuedDocument]:
    return rows.filter(division__startswith=scope) if scope else rows.none()


def _one(condition: Q) -> DocumentLine | None:
    return next(iter(_lines(_rows().filter(condition)[:1])), None)


def _lines(rows: Iterable[Any]) -> list[DocumentLine]:
    found = list(rows)
    entries = Entry.objects.in_bulk([row.entry_id for row in found])
    return [_line(row, entry=entries.get(row.entry_id)) for row in found]


def _line(row: Any, *, entry: Entry | None) -> DocumentLine:
    kind = Kind(row.kind)
    if row.withdrawn_at is not None or row.told_withdrawn:
        standing, changed_at = Standing.WITHDRAWN, row.withdrawn_at
    elif kind in _REPLACED and row.later_at is not None:
        standing, changed_at = Standing.SUPERSEDED, row.later_at
    else:
        standing, changed_at = Standing.VALID, None
    said = _said(
        kind,
        digests=Digests(row.sha512, row.sm3, 0),
        pages=row.pages,
        holder=row.holder,
        agency_name=row.agency_name,
        code_digest=bytes(row.code_digest),
    )
    told = entry is not None and entry.details == said and entry.at == row.issued_at
    return DocumentLine(
        **{name: getattr(row, name) for name in _COLUMNS},
        kind=kind,
        standing=standing,
        changed_at=changed_at,
        agrees=told and row.told_withdrawn == (row.withdrawn_at is not None),
    )


def _said(
    kind: IssuedDocument.Kind,
    *,
    digests: Digests,
    pages: int,
    holder: str,
    agency_name: str,
    code_digest: bytes,
) -> dict[str, object]:
    """What the journal's entry tells of a document."""
    return {
        "kind": kind.label,
        "pages": pages,
        "holder": holder,
        "agency": agency_name,
        "sha512": _grouped(digests.sha512),
        "sm3": _grouped(digests.sm3),
        "code_sha256": _grouped(code_digest.hex()),
    }


def _grouped(digest: str) -> str:
    """In groups: eighteen digits in a row, as some digests have, would be masked for an identity number."""
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))


def _digest(code: str) -> bytes:
    """What is kept of a code. It has 75 random bits: nobody finds it from its digest."""
    return hashlib.sha256(f"nianlun-document {code}".encode()).digest()
