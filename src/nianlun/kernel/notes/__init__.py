"""Signed notes (C2SP signed-note), checkpoints of a log (tlog-checkpoint) and cosignatures (tlog-cosignature).

A note is a text, an empty line and lines of signatures. A checkpoint is a note whose text says how long a log is and
what its Merkle root is; a witness that has seen the log only grow adds its cosignature with the time.

- `Checkpoint(origin, size, root, extensions).text()`, `Checkpoint.parse(text)`
- `Ed25519Signer`, `Sm2Signer` sign a text, `Cosigner` cosigns one at an instant; `verifier(vkey)` reads a public key
- `sign_note(text, *signers)`, `open_note(note, verifiers=…)`, `add_cosignatures(note, lines, verifiers=…)`
- `LogKey`: the key file of a log, outside the database
"""

from nianlun.kernel.notes.checkpoint import BadCheckpoint, Checkpoint
from nianlun.kernel.notes.log_key import LogKey, RetiredKey
from nianlun.kernel.notes.note import OpenedNote, add_cosignatures, open_note, sign_note
from nianlun.kernel.notes.signers import Cosigner, Ed25519Signer, Signer, Sm2Signer
from nianlun.kernel.notes.verifiers import BadKey, NotSigned, Verifier, verifier

__all__ = [
    "BadCheckpoint",
    "BadKey",
    "Checkpoint",
    "Cosigner",
    "Ed25519Signer",
    "LogKey",
    "NotSigned",
    "OpenedNote",
    "RetiredKey",
    "Signer",
    "Sm2Signer",
    "Verifier",
    "add_cosignatures",
    "open_note",
    "sign_note",
    "verifier",
]
