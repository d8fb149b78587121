"""One request, one effect: what a program sends again under its key is answered again, not done again."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from nianlun.access.domain import Viewer
from nianlun.api import problems
from nianlun.api.models import KeptAnswer
from nianlun.api.problems import Problem

HEADER, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[A-Za-z0-9._:-]{8,100}")
_SPACE = UUID("6f0c6f0e-6d0b-5b57-9d0c-3a3f4a3f7a11")
_CLAIM = """
INSERT INTO api_keptanswer (account_id, key, digest, status, content, at, until)
VALUES (%s, %s, %s, 0, '{}', %s, %s) ON CONFLICT (account_id, key) DO NOTHING RETURNING id
"""


def once(
    request: HttpRequest,
    who: Viewer,
    *,
    sent: bytes,
    act: Callable[[UUID], dict[str, Any]],
    status: int,
    at: datetime,
) -> HttpResponse:
    """Do what is asked for and keep the answer, in one transaction; or give the answer that is kept.

    `sent` stands for the body; `act` is given an id that is the same for the same key, for operations that know
    their own repetition, and returns the content of the answer, which must name no person. A second request under
    the same key waits for the first. What is refused is not kept: it changed nothing, and may be sent again.
    Raises `Problem` without a key and for a key that came with another body, and whatever `act` raises.
    """
    key = request.headers.get(HEADER, "")
    if not _KEY.fullmatch(key):
        raise Problem(
            problems.NO_KEY,
            f"要有 {HEADER} 头，8 到 100 个字母、数字或 . _ : -，每件事一个，例如随机的 UUID；重发同一件事用同一个。",
        )
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + sent).digest()
    with transaction.atomic():
        KeptAnswer.objects.filter(account_id=who.account_id, until__lte=at).delete()
        claimed = _claimed(who, key, digest, at=at)
        if claimed is None:
            return _kept(who, key, digest)
        content = act(uuid5(_SPACE, f"{who.account_id}:{key}"))
        KeptAnswer.objects.filter(pk=claimed).update(status=status, content=content)
    return _json(content, status=status)


def _claimed(who: Viewer, key: str, digest: bytes, *, at: datetime) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [who.account_id, key, digest, at, at + KEPT_FOR])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _kept(who: Viewer, key: str, digest: bytes) -> HttpResponse:
    row = KeptAnswer.objects.get(account_id=who.account_id, key=key)
    if bytes(row.digest) != digest:
        raise Problem(
            problems.KEY_TAKEN, f"这个 {HEADER} 已经用在别的请求上，这次没有办。请换一个新的标识再发。"
        )
    answer = _json(row.content, status=row.status)
    answer[REPLAYED] = "true"
    return answer


def _json(content: dict[str, Any], *, status: int) -> HttpResponse:
    return HttpResponse(
        json.dumps(content, ensure_ascii=False),
        status=status,
        content_type="application/json; charset=utf-8",
    )
