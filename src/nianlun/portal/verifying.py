"""What anybody may learn of a paper: whether it is ours and stands, from its code, its bytes, or a receipt.

No personal data leaves but the surname, and that for the right code only. What is handed in is looked at in memory and
kept nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from nianlun.journal import certificates, places
from nianlun.journal import queries as journal
from nianlun.journal.certificates import DocumentLine
from nianlun.journal.places import Place
from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.digests import digest_bytes
from nianlun.kernel.document_codes import NotACode, read_code
from nianlun.kernel.merkle import NotProved, leaf_hash, verify_inclusion
from nianlun.kernel.notes import BadCheckpoint, BadKey, Checkpoint, NotSigned, open_note, verifier
from nianlun.kernel.receipts import BadReceipt, Receipt, entry_digest, leaf_data
from nianlun.ui.stamp import stamped_code

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_RECEIPT = 200_000
_BLANK = b" \t\r\n\xef\xbb\xbf"


class Found(StrEnum):
    """What a file turned out to be."""

    OURS = "ours"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of a paper, and where its issuing stands in the log. `named` lets its surname be shown."""

    found: Found
    document: DocumentLine | None = None
    place: Place | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a receipt must show; `sound` is None where it could not be looked at."""

    label: str
    sound: bool | None
    sentence: str


def by_code(text: str) -> Answer:
    """What stands under a code as somebody typed it. A wrong and an unknown one are answered alike."""
    try:
        code = read_code(text)
    except NotACode:
        return Answer(found=Found.UNKNOWN)
    return _answer(certificates.by_code(code), named=True)


def by_file(content: bytes) -> Answer:
    """What a file is: ours as it was, ours but altered since, or not known here."""
    line = certificates.by_digests(digest_bytes(content))
    if line is not None:
        return _answer(line, named=False)
    answer = by_code(stamped_code(content))
    if answer.document is None:
        return answer
    return Answer(found=Found.CHANGED, document=answer.document, place=answer.place)


def is_receipt(content: bytes) -> bool:
    """Whether a file looks like JSON and not like a paper."""
    return content.lstrip(_BLANK)[:1] == b"{"


def published_keys() -> tuple[str, ...]:
    """The public keys of the log, the present one first, then those of its witnesses. Raises `KeyMissing`."""
    return (*journal.log_key().vkeys, *(vkey for _url, vkey in settings.LOG_WITNESSES))


def newest_checkpoint() -> str:
    """The newest signed note with its cosignatures; empty before the first."""
    line = journal.last_checkpoint()
    return journal.signed_note(line) if line else ""


def receipt_steps(content: bytes) -> list[Step]:
    """Check a receipt against the keys we publish, step by step; nothing after the first that fails.

    The keys it names itself count for nothing.
    """
    steps: list[Step] = []
    try:
        for step in _checked(content):
            steps.append(step)
            if step.sound is False:
                break
    except BadReceipt as reason:
        steps.append(Step("回执的格式", False, str(reason)))
    except KeyMissing:
        steps.append(Step("检查点的签名", None, "系统现在取不到自己的公钥，没有核对。请稍后再试。"))
    return steps


def _checked(content: bytes) -> Iterator[Step]:
    if len(content) > LARGEST_RECEIPT:
        raise BadReceipt(f"文件超过 {LARGEST_RECEIPT // 1000} KB，不是本系统的回执。")
    try:
        receipt = Receipt.from_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadReceipt("文件不是 UTF-8 文字，不是回执。") from None
    yield Step("回执的格式", True, "格式完整。")
    try:
        note = open_note(receipt.checkpoint, verifiers=[verifier(vkey) for vkey in published_keys()])
        signed = Checkpoint.parse(note.text)
        if signed.origin not in note.signed_by:
            raise NotSigned("检查点上没有本日志的签名。")
    except (NotSigned, BadCheckpoint, BadKey) as reason:
        yield Step("检查点的签名", False, f"{reason}这张回执不是本系统开的，或被改过。")
        return
    at = f"，盖到第 {signed.size} 条"
    yield Step("检查点的签名", True, f"由日志 {signed.origin} 签署{at}。")
    try:
        if signed.size != receipt.tree_size:
            raise NotProved("回执所说的日志条数与检查点不同。")
        verify_inclusion(
            leaf_hash(leaf_data(receipt.entry_id, entry_digest(receipt.said, salt=receipt.salt))),
            index=receipt.leaf_index,
            size=signed.size,
            path=receipt.path,
            root=signed.root,
        )
    except NotProved as reason:
        yield Step("内容在日志里", False, f"{reason}回执里的内容或位置被改过。")
        return
    yield Step("内容在日志里", True, f"一字未改，是日志第 {receipt.leaf_index + 1} 条。")
    yield _seen_by_witnesses(note.cosigned_at)
    yield _still_so(signed)


def _seen_by_witnesses(cosigned: Mapping[str, datetime]) -> Step:
    if cosigned:
        return Step(
            "见证方联署", True, f"{len(cosigned)} 个见证方见过这个检查点：{'、'.join(sorted(cosigned))}。"
        )
    known = "开出时见证方还没有来得及联署。" if settings.LOG_WITNESSES else "本系统没有设见证方。"
    return Step("见证方联署", None, f"没有见证方的联署。{known}")


def _still_so(signed: Checkpoint) -> Step:
    """Whether the log of today still begins as it did when the receipt was made out."""
    if signed.size > journal.log_size() or journal.log_key().name != signed.origin:
        return Step(
            "与现在的日志一致", None, "现在的日志没有这么长，或已另起日志，不能对照。请向出具机构询问。"
        )
    try:
        same = journal.root_at(signed.size) == signed.root
    except ValueError:
        same = False
    if same:
        return Step("与现在的日志一致", True, "日志从那时到现在只增不改。")
    return Step("与现在的日志一致", False, "现在的日志与签署时不同，以回执为准。请向审计机关反映。")


def all_sound(steps: Sequence[Step]) -> bool:
    """Whether a receipt proves what it says: its format, the signature and its place; witnesses add to that."""
    return [step.sound for step in steps[:3]] == [True] * 3 and all(
        step.sound is not False for step in steps
    )


def _answer(line: DocumentLine | None, *, named: bool) -> Answer:
    if line is None:
        return Answer(found=Found.UNKNOWN)
    return Answer(found=Found.OURS, document=line, place=places.place_of(line.entry_id), named=named)
