"""A receipt: one entry of the journal with the proof that it stands in the log, checkable without this software.

The leaf of an entry is `b"nianlun-entry-v2\\n"`, the entry's number as eight big-endian bytes, and the digest of what
it says: SHA-256 of the salt followed by the text in UTF-8. The salt keeps a digest that outlives a lawfully destroyed
text from being guessed; entries of the first form have none. The form is told in docs/reference/receipts.md, and
docs/verify_receipt.py checks it with nothing but Python's standard library.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from nianlun.kernel.merkle import HASH, NotProved, leaf_hash, verify_inclusion
from nianlun.kernel.notes import BadCheckpoint, BadKey, Checkpoint, NotSigned, open_note, verifier

FORMAT = "nianlun-receipt/1"
LARGEST = 1 << 20
"""The most characters a receipt may have; an entry that names a thousand objects has about 50,000."""

_LEAF = b"nianlun-entry-v2\n"
_SALTS = (0, 16)
"""Bytes of a salt: none in entries of the first form."""
_ITEMS = 16
"""What an entry says is a list of so many things; see `journal.domain.Content`."""
_MOST_STEPS = 64  # no tree is higher: numbers of entries have eight bytes
_MOST_KEYS = 64
_NUMBERS = 1 << 63


class BadReceipt(Exception):
    """The text is no receipt, or what it shows does not prove what it says."""


def entry_digest(said: str, *, salt: bytes) -> bytes:
    """The digest of what an entry says."""
    return hashlib.sha256(salt + said.encode()).digest()


def leaf_data(entry_id: int, digest: bytes) -> bytes:
    """What the log's leaf for an entry holds; its hash is `merkle.leaf_hash` of this."""
    return _LEAF + entry_id.to_bytes(8) + digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an entry says and the hashes and signatures that bind it to a checkpoint of the log."""

    said: str
    salt: bytes
    entry_id: int
    told: str
    """The same as a sentence, for reading; no digest covers it."""
    leaf_index: int
    tree_size: int
    path: tuple[bytes, ...]
    checkpoint: str
    log_key: str
    witness_keys: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The receipt as the document that is handed out."""
        content = {
            "format": FORMAT,
            "told": self.told,
            "said": self.said,
            "salt": self.salt.hex(),
            "entry_id": self.entry_id,
            "leaf_index": self.leaf_index,
            "tree_size": self.tree_size,
            "path": [step.hex() for step in self.path],
            "checkpoint": self.checkpoint,
            "log_key": self.log_key,
            "witness_keys": list(self.witness_keys),
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a receipt from anywhere. Raises `BadReceipt`; this alone proves nothing, see `check`."""
        content = _Fields(_parsed(text))
        if content.text("format") != FORMAT:
            raise BadReceipt(f"不是回执，或是本系统不认识的格式（应为 {FORMAT}）。")
        path = tuple(_bytes(step, what="path") for step in content.texts("path", most=_MOST_STEPS))
        if any(len(step) != HASH for step in path):
            raise BadReceipt("回执里 path 的摘要长度不对。")
        return cls(
            said=content.text("said"),
            salt=_bytes(content.text("salt"), what="salt"),
            entry_id=content.number("entry_id"),
            told=content.text("told"),
            leaf_index=content.number("leaf_index"),
            tree_size=content.number("tree_size"),
            path=path,
            checkpoint=content.text("checkpoint"),
            log_key=content.text("log_key"),
            witness_keys=tuple(content.texts("witness_keys", most=_MOST_KEYS)),
        )


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """What a receipt proves: its entry is in the log of this size, which these have signed and cosigned."""

    origin: str
    size: int
    signed_by: tuple[str, ...]
    cosigned: Mapping[str, datetime]
    """Witness to the time at which it saw the log in this state."""


def check(receipt: Receipt, *, trusted: Sequence[str]) -> CheckedReceipt:
    """Check a receipt against public keys known from elsewhere. Raises `BadReceipt`.

    The keys that the receipt itself names count for nothing unless they are among `trusted`: who forges a receipt
    writes his own keys into it. At least the log itself, under the name of its checkpoint's origin, must have signed.
    """
    try:
        note = open_note(receipt.checkpoint, verifiers=[verifier(vkey) for vkey in trusted])
        checkpoint = Checkpoint.parse(note.text)
        if checkpoint.origin not in note.signed_by:
            raise NotSigned(f"日志 {checkpoint.origin} 自己没有签名，或它的公钥不在可信之列。")
        if checkpoint.size != receipt.tree_size:
            raise NotProved(f"回执说日志有 {receipt.tree_size} 条，检查点说有 {checkpoint.size} 条。")
        _fenced(receipt)
        digest = entry_digest(receipt.said, salt=receipt.salt)
        verify_inclusion(
            leaf_hash(leaf_data(receipt.entry_id, digest)),
            index=receipt.leaf_index,
            size=receipt.tree_size,
            path=receipt.path,
            root=checkpoint.root,
        )
    except (NotSigned, NotProved, BadCheckpoint, BadKey) as reason:
        raise BadReceipt(f"回执不能证明所说的事：{reason}") from reason
    return CheckedReceipt(checkpoint.origin, checkpoint.size, note.signed_by, note.cosigned_at)


class _Fields:
    """The members of a JSON object of unknown origin, each taken as what it must be."""

    def __init__(self, content: object) -> None:
        if not isinstance(content, dict):
            raise BadReceipt("不是回执：应是一个 JSON 对象。")
        self._content = content

    def text(self, name: str) -> str:
        return _text(self._content.get(name), name=name)

    def texts(self, name: str, *, most: int) -> list[str]:
        found = self._content.get(name)
        if not isinstance(found, list) or len(found) > most:
            raise BadReceipt(f"回执里的 {name} 应是不超过 {most} 个字符串的列表。")
        return [_text(each, name=name) for each in found]

    def number(self, name: str) -> int:
        found = self._content.get(name)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < _NUMBERS:
            raise BadReceipt(f"回执里的 {name} 应是非负整数。")
        return found


def _parsed(text: str) -> object:
    if len(text) > LARGEST:
        raise BadReceipt(f"文件太大，不是回执（最多 {LARGEST} 个字符）。")
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise BadReceipt("不是回执：不是完整的 JSON。") from None


def _fenced(receipt: Receipt) -> None:
    """Raise `NotProved` unless salt and text can only have been parted where they are.

    Nothing in the digest marks where the salt ends. If any salt and any text went, the beginning of the text could be
    passed off as salt, and what a person wrote in the middle of an entry as all that it says.
    """
    if len(receipt.salt) not in _SALTS:
        raise NotProved("盐应为 16 字节，或没有。")
    found = _parsed(receipt.said)
    if not isinstance(found, list) or len(found) != _ITEMS:
        raise NotProved(f"记录原文应是 {_ITEMS} 项的列表。")
    if json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")) != receipt.said:
        raise NotProved("记录原文不是日志所用的写法。")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Two members of one name are read differently by different programs.
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a name stands twice")
    return content


def _text(found: object, *, name: str) -> str:
    if not isinstance(found, str):
        raise BadReceipt(f"回执里的 {name} 应是字符串。")
    try:
        found.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, as JSON may spell it
        raise BadReceipt(f"回执里的 {name} 含不成字的字符。") from None
    return found


def _bytes(text: str, *, what: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if found.hex() != text:
        raise BadReceipt(f"回执里的 {what} 应是小写十六进制。")
    return found
