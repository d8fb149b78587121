"""Whether a log only grew: consistency proofs of RFC 6962 section 2.1.2."""

import hashlib
from dataclasses import dataclass

from nianlun_partners.witness.notes import Refused


@dataclass(frozen=True)
class Seen:
    """The last checkpoint of a log: its size and root, and the note as it is handed to whoever asks."""

    size: int = 0
    root: bytes = hashlib.sha256(b"").digest()
    note: str = ""


def grew(seen: Seen, *, size: int, root: bytes, proof: list[bytes]) -> None:
    """Check that the log seen is the beginning of the one shown (RFC 6962 2.1.2); raises `Refused` with 422.

    Follows the definition of SUBPROOF down to where the old log ends and puts both roots together on the way back:
    another way than the log's own check takes.
    """
    if seen.size == 0 or size == seen.size:
        empty = hashlib.sha256(b"").digest()
        if proof or (seen.size and root != seen.root) or (size == 0 and root != empty):
            raise Refused(422, "同样长的日志有不同的根，或证明多余：不予联署。")
        return
    rest = list(proof)

    def roots(old: int, new: int, whole: bool) -> tuple[bytes, bytes]:
        """Roots of the first `old` and of all `new` leaves of a subtree, as the proof has them."""
        if old == new:
            if whole:
                return seen.root, seen.root
            if not rest:
                raise Refused(422, "证明不完整：不予联署。")
            step = rest.pop(0)
            return step, step
        half = 1 << (new - 1).bit_length() - 1
        if old <= half:
            before, left = roots(old, half, whole)
            return before, joined(left, following())
        before, right = roots(old - half, new - half, False)
        left = following()
        return joined(left, before), joined(left, right)

    def following() -> bytes:
        if not rest:
            raise Refused(422, "证明不完整：不予联署。")
        return rest.pop(0)

    if roots(seen.size, size, True) != (seen.root, root) or rest:
        raise Refused(422, "证明不了日志只有增长：不予联署。")


def joined(left: bytes, right: bytes) -> bytes:
    """The hash of a node of the tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()
