"""A small log with a receipt for each entry, for the tests of whoever reads receipts."""

from datetime import UTC, datetime

from nianlun.kernel.merkle import inclusion_path, leaf_hash, root_of
from nianlun.kernel.notes import (
    Checkpoint,
    Cosigner,
    Ed25519Signer,
    add_cosignatures,
    sign_note,
    verifier,
)
from nianlun.kernel.receipts import Receipt, entry_digest, leaf_data

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LOG = Ed25519Signer("nianlun.example/journal", b"\x01" * 32)
WITNESS = Cosigner("witness.example/audit", b"\x02" * 32)
SALT = bytes(range(16))


def said_by(number: int) -> str:
    """What entry `number` says, in the spelling that its digest covers."""
    return (
        f'["2026-11-23T01:59:00.000000+00:00",{number},"clerk","经办","李敏","保定市社会保险中心","1306",'
        '"desk.person_opened","周桂兰","",null,"退休待遇核定前核对档案",1,"done","127.0.0.1",{}]'
    )


def receipt_of(
    index: int, *, size: int, log: Ed25519Signer = LOG, witness: Cosigner | None = WITNESS
) -> Receipt:
    """The receipt of the entry at `index` in a log of `size` entries; entry numbers begin at 101."""
    leaves = [leaf_hash(leaf_data(101 + n, entry_digest(said_by(n), salt=SALT))) for n in range(size)]
    text = Checkpoint(log.name, size, root_of(leaves)).text()
    note = sign_note(text, log)
    if witness:
        note = add_cosignatures(note, witness.sign(text, at=AT), verifiers=[verifier(witness.vkey)])
    return Receipt(
        said=said_by(index),
        salt=SALT,
        entry_id=101 + index,
        told="李敏打开了周桂兰的档案",
        leaf_index=index,
        tree_size=size,
        path=tuple(
            inclusion_path(
                index, size=size, node=lambda level, i: root_of(leaves[i << level : (i + 1) << level])
            )
        ),
        checkpoint=note,
        log_key=log.vkey,
        witness_keys=(witness.vkey,) if witness else (),
    )
