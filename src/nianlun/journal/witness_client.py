"""Asking a witness for its cosignature (C2SP tlog-witness). Whatever it answers is checked before it is believed."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from nianlun.journal.outside import Unreachable, get, post
from nianlun.kernel.notes import NotSigned, Verifier, add_cosignatures

_KIND = "text/plain; charset=utf-8"
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\n")


class NotCosigned(Exception):
    """The witness gave no cosignature that holds; the sentence says what it did instead."""


@dataclass(frozen=True, slots=True)
class KnowsOther(Exception):
    """The witness has last seen the log at another size than we thought."""

    size: int


def ask(
    url: str, *, note: str, old_size: int, proof: Sequence[bytes], key: Verifier, seconds: float
) -> str:
    """The witness's signature line for a checkpoint that continues the one of `old_size`.

    Raises `KnowsOther`, or `NotCosigned` where it is away, slow, refuses, or answers what its key did not sign.
    """
    lines = [f"old {old_size}", *(base64.b64encode(step).decode() for step in proof)]
    body = "\n".join(lines) + "\n\n" + note
    try:
        status, content = post(
            f"{url.rstrip('/')}/add-checkpoint", body.encode(), kind=_KIND, seconds=seconds
        )
    except Unreachable as reason:
        raise NotCosigned(f"见证方没有联署：{reason}") from reason
    answer = content.decode("utf-8", errors="replace")
    if status == HTTPStatus.CONFLICT:
        if found := _SIZE.fullmatch(answer):
            raise KnowsOther(int(found[1]))
        raise NotCosigned("见证方说它见过的日志不是这个长度，却没有说是多长。")
    if status != HTTPStatus.OK:
        said = re.sub(r"\s+", " ", answer)[:200]
        raise NotCosigned(f"见证方不予联署（{status}）：{said or '没有说明'}")
    try:
        return add_cosignatures(note, answer, verifiers=[key])[len(note) :]
    except NotSigned as reason:
        raise NotCosigned(f"见证方的答复不能相信：{reason}") from reason


def seen(url: str, *, origin: str, seconds: float) -> str:
    """The note of the last checkpoint of a log that a witness saw, unchecked; empty where it saw none.

    Raises `NotCosigned` where it is away, slow, or answers something else.
    """
    try:
        status, content = get(
            f"{url.rstrip('/')}/checkpoint?origin={quote(origin, safe='')}", seconds=seconds
        )
    except Unreachable as reason:
        raise NotCosigned(f"没有问到见证方见过多长的日志：{reason}") from reason
    if status == HTTPStatus.NOT_FOUND:
        return ""
    if status != HTTPStatus.OK:
        raise NotCosigned(f"没有问到见证方见过多长的日志：它答 {status}。")
    return content.decode("utf-8", errors="replace")
