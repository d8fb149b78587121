"""Signed notes: a text with the signatures of those who stand by it (C2SP signed-note)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nianlun.kernel.notes.signers import Signer
from nianlun.kernel.notes.spelling import CONTROL, NAME, exact_base64
from nianlun.kernel.notes.verifiers import NotSigned, Verifier

_LARGEST_NOTE = 1 << 16  # characters; a checkpoint with sixteen cosignatures has about 2,500
_MOST_SIGNATURES = 64
_LINE = re.compile(r"— (\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note whose signatures were checked; nothing of unknown keys is in it."""

    text: str
    signed_by: tuple[str, ...]
    """Names of those who signed the text itself, each once."""
    cosigned_at: dict[str, datetime]
    """Witness to the earliest time it states."""
    keys: tuple[str, ...]
    """The vkeys of all of them: who must have signed with two algorithms is seen here."""


def sign_note(text: str, *signers: Signer) -> str:
    """The note of a text that ends with a newline, with a line from each signer."""
    if not text.endswith("\n") or CONTROL.search(text):
        raise ValueError("the text of a note ends with a newline and has no control characters")
    return text + "\n" + "".join(signer.sign(text) for signer in signers)


def open_note(note: str, *, verifiers: Iterable[Verifier]) -> OpenedNote:
    """Check a note against the keys we know. Lines of other keys are passed over.

    Raises `NotSigned` when it has no signature of a known key, or one that does not verify: then all of it is
    refused, as the specification advises.
    """
    text, lines = _taken_apart(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    signed_by: list[str] = []
    cosigned_at: dict[str, datetime] = {}
    keys: list[str] = []
    for name, key_id, signature in lines:
        who = known.get((name, key_id))
        if who is None:
            continue
        at = who.verify(text, signature)
        if at is None:
            signed_by.append(name)
        else:
            cosigned_at[name] = min(at, cosigned_at.get(name, at))
        keys.append(who.vkey)
    if not keys:
        raise NotSigned("没有已知公钥的签名。请核对公钥是否齐全，来路是否可靠。")
    return OpenedNote(text, tuple(dict.fromkeys(signed_by)), cosigned_at, tuple(dict.fromkeys(keys)))


def add_cosignatures(note: str, lines: str, *, verifiers: Iterable[Verifier]) -> str:
    """The note with those lines of a witness's answer that known keys made; others are left behind.

    Raises `NotSigned` when there is none, or one that does not verify: a witness that answers wrongly is not
    believed in part.
    """
    text, _ = _taken_apart(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    kept = []
    for line, (name, key_id, signature) in _signatures(lines):
        if who := known.get((name, key_id)):
            who.verify(text, signature)
            kept.append(f"{line}\n")
    if not kept:
        raise NotSigned("见证方的答复里没有它的联署。")
    return note + "".join(line for line in kept if line not in note)


def _taken_apart(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    if len(note) > _LARGEST_NOTE or CONTROL.search(note):
        raise NotSigned("不是签名文：太长，或含控制字符。")
    text, gap, lines = note.rpartition("\n\n")
    if not gap:
        raise NotSigned("不是签名文：正文与签名之间应有空行。")
    return f"{text}\n", [signature for _, signature in _signatures(lines)]


def _signatures(lines: str) -> Sequence[tuple[str, tuple[str, bytes, bytes]]]:
    *each, end = lines.split("\n")
    if end or not each or len(each) > _MOST_SIGNATURES:
        raise NotSigned("不是签名文：没有签名行，或签名行太多、没有写完。")
    found = []
    for line in each:
        parts = _LINE.fullmatch(line)
        try:
            signature = exact_base64(parts[2]) if parts else b""
        except ValueError:
            signature = b""
        if parts is None or len(signature) < 5 or not NAME.fullmatch(parts[1]):
            raise NotSigned("不是签名文：有一行不是“— 名称 签名”的样子。")
        found.append((line, (parts[1], signature[:4], signature[4:])))
    return found
