"""Receipts: what they prove, and what they do not."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.receipt_log import AT, LOG, WITNESS, receipt_of

from nianlun.kernel.notes import Ed25519Signer, Sm2Signer, sign_note
from nianlun.kernel.receipts import BadReceipt, Receipt, check, entry_digest, leaf_data

TRUSTED = [LOG.vkey, WITNESS.vkey]
RECEIPT = receipt_of(4, size=11)


def test_a_receipt_proves_its_entry_and_says_who_saw_the_log():
    checked = check(Receipt.from_json(RECEIPT.to_json()), trusted=TRUSTED)
    assert (checked.origin, checked.size) == ("nianlun.example/journal", 11)
    assert checked.signed_by == ("nianlun.example/journal",)
    assert checked.cosigned == {"witness.example/audit": AT}


@given(st.integers(1, 20), st.data())
def test_every_entry_of_every_log_has_its_receipt(size, data):
    receipt = receipt_of(data.draw(st.integers(0, size - 1)), size=size)
    assert Receipt.from_json(receipt.to_json()) == receipt
    assert check(receipt, trusted=TRUSTED).size == size


def test_the_bytes_of_a_leaf_are_those_of_the_reference():
    digest = entry_digest("[1]", salt=b"\x07")
    # printf '\007[1]' | sha256sum
    assert digest.hex() == "607fee549481581e086efd90ce6b49653180c3d5668392cb1b3e094de82ace18"
    assert leaf_data(258, digest) == b"nianlun-entry-v2\n" + bytes(6) + b"\x01\x02" + digest


ALTERED = {
    "another text": replace(RECEIPT, said=RECEIPT.said.replace("李敏", "王芳")),
    "another entry's number": replace(RECEIPT, entry_id=RECEIPT.entry_id + 1),
    "another salt": replace(RECEIPT, salt=b""),
    "a byte moved from the text to the salt": replace(
        RECEIPT, salt=RECEIPT.salt + RECEIPT.said[:1].encode(), said=RECEIPT.said[1:] + " "
    ),
    "what was written in the middle passed off as all": replace(
        RECEIPT,
        salt=RECEIPT.salt + RECEIPT.said[: RECEIPT.said.index("退休")].encode(),
        said=RECEIPT.said[RECEIPT.said.index("退休") :],
    ),
    "a salt of another length": replace(RECEIPT, salt=bytes(17)),
    "another place": replace(RECEIPT, leaf_index=5),
    "another size": replace(RECEIPT, tree_size=12),
    "a shortened path": replace(RECEIPT, path=RECEIPT.path[:-1]),
    "a swapped path": replace(RECEIPT, path=RECEIPT.path[::-1]),
    "another log's checkpoint": replace(RECEIPT, checkpoint=receipt_of(4, size=12).checkpoint),
    "an altered checkpoint": replace(RECEIPT, checkpoint=RECEIPT.checkpoint.replace("\n11\n", "\n12\n")),
    "no signature": replace(RECEIPT, checkpoint=RECEIPT.checkpoint.partition("\n\n")[0] + "\n"),
    "no checkpoint": replace(RECEIPT, checkpoint=""),
}


@pytest.mark.parametrize("altered", ALTERED.values(), ids=ALTERED)
def test_an_altered_receipt_proves_nothing(altered):
    with pytest.raises(BadReceipt, match="不能证明"):
        check(altered, trusted=TRUSTED)


def test_the_sentence_for_reading_is_not_what_is_proved():
    assert check(replace(RECEIPT, told="别的话"), trusted=TRUSTED).size == 11


def test_a_forger_who_writes_his_own_key_into_a_receipt_is_not_believed():
    forger = Ed25519Signer(LOG.name, b"\x09" * 32)
    forged = receipt_of(4, size=11, log=forger, witness=None)
    assert check(forged, trusted=[forged.log_key]).size == 11
    with pytest.raises(BadReceipt, match="没有已知公钥"):
        check(forged, trusted=TRUSTED)
    with pytest.raises(BadReceipt):
        check(RECEIPT, trusted=[])


def test_a_witness_alone_or_another_log_does_not_speak_for_this_log():
    with pytest.raises(BadReceipt, match="自己没有签名"):
        check(RECEIPT, trusted=[WITNESS.vkey])
    other = Ed25519Signer("other.example/journal", b"\x05" * 32)
    text = RECEIPT.checkpoint.partition("\n\n")[0] + "\n"
    with pytest.raises(BadReceipt, match="自己没有签名"):
        check(replace(RECEIPT, checkpoint=sign_note(text, other)), trusted=[other.vkey])


def test_a_log_may_sign_with_the_national_algorithm_alone():
    sm2 = Sm2Signer.new(LOG.name)
    text = RECEIPT.checkpoint.partition("\n\n")[0] + "\n"
    receipt = replace(RECEIPT, checkpoint=sign_note(text, sm2), log_key=sm2.vkey)
    assert check(receipt, trusted=[sm2.vkey]).signed_by == (LOG.name,)


FIELDS = json.loads(RECEIPT.to_json())
HOSTILE = {
    "nothing": "",
    "no JSON": "回执",
    "a list": "[]",
    "a number": "7",
    "an empty object": "{}",
    "another format": {"format": "nianlun-receipt/2"},
    "a text for a number": {"entry_id": "7"},
    "a truth value for a number": {"leaf_index": True},
    "a negative number": {"leaf_index": -1},
    "a fraction": {"tree_size": 11.0},
    "a number beyond all logs": {"entry_id": 1 << 63},
    "a path that is no list": {"path": "ab"},
    "a path of numbers": {"path": [1]},
    "a path in capitals": {"path": [FIELDS["path"][0].upper()]},
    "a path with blanks": {"path": [FIELDS["path"][0][:32] + " " + FIELDS["path"][0][32:]]},
    "a short step": {"path": [FIELDS["path"][0][:-2]]},
    "a path without end": {"path": [FIELDS["path"][0]] * 65},
    "no text": {"said": None},
    "half a character": {"said": "\ud800"},
    "keys that are none": {"witness_keys": [None]},
    "too much": {"told": "字" * (1 << 20)},
    "nesting without end": "[" * 100_000,
    "a number without end": '{"entry_id": ' + "9" * 5000 + "}",
    "a member twice": RECEIPT.to_json().replace('"told"', '"said": "别的话",\n "told"'),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_receipt_gets_a_sentence(content):
    text = content if isinstance(content, str) else json.dumps({**FIELDS, **content})
    with pytest.raises(BadReceipt, match="。"):
        Receipt.from_json(text)


@pytest.mark.parametrize("missing", sorted(FIELDS))
def test_a_receipt_with_a_part_missing_is_none(missing):
    with pytest.raises(BadReceipt):
        Receipt.from_json(json.dumps({name: value for name, value in FIELDS.items() if name != missing}))


@pytest.mark.parametrize("vkey", ["", "无", LOG.vkey[:-1]])
def test_a_trusted_key_that_is_none_is_told(vkey):
    with pytest.raises(BadReceipt, match="不是签名公钥"):
        check(RECEIPT, trusted=[vkey])
