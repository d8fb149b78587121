"""The script that checks a receipt with Python alone: against the kernel's receipts and another Ed25519."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from types import ModuleType

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from tests.docs.blocks import ROOT
from tests.kernel.receipt_log import LOG, WITNESS, receipt_of

from nianlun.kernel.notes import Ed25519Signer, Sm2Signer, sign_note
from nianlun.kernel.receipts import Receipt

SCRIPT = ROOT / "docs" / "verify_receipt.py"
RECEIPT = receipt_of(4, size=11)


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_receipt", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = loaded()


@pytest.fixture
def run(tmp_path, capsys):
    """Check a receipt with the script: its exit status and what it printed."""

    def check(receipt: Receipt | str, *arguments: str) -> tuple[int, str]:
        path = tmp_path / "回执.json"
        path.write_text(receipt if isinstance(receipt, str) else receipt.to_json(), encoding="utf-8")
        status = script.main([str(path), *arguments])
        return status, capsys.readouterr().out

    return check


def test_it_runs_alone_on_a_bare_python(tmp_path):
    path = tmp_path / "回执.json"
    path.write_text(RECEIPT.to_json(), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, path],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:3] == [
        "属实：第 105 号记录在日志 nianlun.example/journal 的前 11 条之中",
        "属实：nianlun.example/journal 的签名",
        "属实：见证方 witness.example/audit 于 2026-11-23 02:00:00（世界时）联署",
    ]
    assert "未核：公钥取自回执本身" in done.stdout
    assert "周桂兰" in done.stdout


@pytest.mark.parametrize(
    ("index", "size"), [(0, 1), (0, 2), (1, 2), (2, 3), (0, 8), (7, 8), (6, 7), (12, 13)]
)
def test_every_place_of_a_log_is_proved(index, size, run):
    assert run(receipt_of(index, size=size), "--key", LOG.vkey, "--key", WITNESS.vkey)[0] == 0


ALTERED = {
    "another text": replace(RECEIPT, said=RECEIPT.said.replace("李敏", "王芳")),
    "another entry's number": replace(RECEIPT, entry_id=RECEIPT.entry_id + 1),
    "another salt": replace(RECEIPT, salt=b""),
    "another place": replace(RECEIPT, leaf_index=5),
    "a place outside": replace(RECEIPT, leaf_index=11),
    "another size": replace(RECEIPT, tree_size=12),
    "a shortened path": replace(RECEIPT, path=RECEIPT.path[:-1]),
    "a lengthened path": replace(RECEIPT, path=(*RECEIPT.path, RECEIPT.path[0])),
    "a swapped path": replace(RECEIPT, path=RECEIPT.path[::-1]),
    "another log's checkpoint": replace(RECEIPT, checkpoint=receipt_of(4, size=12).checkpoint),
    "an altered checkpoint": replace(RECEIPT, checkpoint=RECEIPT.checkpoint.replace("\n11\n", "\n12\n")),
    "no signature of the log": replace(
        RECEIPT, checkpoint=RECEIPT.checkpoint.replace("— nianlun", "— mianlun")
    ),
    "the witness's signature of another checkpoint": replace(
        RECEIPT,
        checkpoint=RECEIPT.checkpoint.rpartition("— ")[0]
        + "— "
        + receipt_of(4, size=12).checkpoint.rpartition("— ")[2],
    ),
}


@pytest.mark.parametrize("altered", ALTERED.values(), ids=ALTERED)
def test_an_altered_receipt_is_not_true(altered, run):
    status, printed = run(altered, "--key", LOG.vkey, "--key", WITNESS.vkey)
    assert status == 1
    assert "不实" in printed


def test_a_forger_who_writes_his_own_key_into_a_receipt_is_found_by_a_known_key(run):
    forged = receipt_of(4, size=11, log=Ed25519Signer(LOG.name, b"\x09" * 32), witness=None)
    status, printed = run(forged)
    assert (status, "公钥取自回执本身" in printed) == (0, True)
    assert run(forged, "--key", LOG.vkey)[0] == 1


def test_signatures_it_cannot_check_are_said_and_the_others_count(run):
    sm2 = Sm2Signer.new(LOG.name)
    text = RECEIPT.checkpoint.partition("\n\n")[0] + "\n"
    status, printed = run(replace(RECEIPT, checkpoint=sign_note(text, LOG, sm2)), "--key", LOG.vkey)
    assert (status, "未核：nianlun.example/journal 的一个签名" in printed) == (0, True)
    assert run(replace(RECEIPT, checkpoint=sign_note(text, sm2), log_key=sm2.vkey))[0] == 1


FIELDS = json.loads(RECEIPT.to_json())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "7",
        "{}",
        "[" * 100_000,
        " " * (1 << 20) + "{}",
        json.dumps({**FIELDS, "format": "nianlun-receipt/2"}),
        json.dumps({**FIELDS, "entry_id": -1}),
        json.dumps({**FIELDS, "entry_id": "1"}),
        json.dumps({**FIELDS, "said": None}),
        json.dumps({**FIELDS, "said": "\ud800"}),
        json.dumps({**FIELDS, "path": ["xy"]}),
        json.dumps({**FIELDS, "log_key": "无"}),
        json.dumps({**FIELDS, "checkpoint": "无"}),
        json.dumps({**FIELDS, "checkpoint": FIELDS["checkpoint"] + "乱\n"}),
    ],
)
def test_what_is_no_receipt_is_told_apart_from_a_false_one(content, run):
    status, printed = run(content)
    assert (status, "不能核对" in printed) == (2, True)


def test_a_missing_file_or_a_wrong_call_is_told(run, tmp_path, capsys):
    assert script.main([]) == 2
    assert script.main(["回执.json", "--key"]) == 2
    assert script.main(["回执.json", "--kee", LOG.vkey]) == 2
    assert "用法" in capsys.readouterr().out
    assert script.main([str(tmp_path / "无.json")]) == 2
    assert run(RECEIPT, "--key", "无")[0] == 2


def test_control_characters_of_a_receipt_do_not_reach_the_terminal(run):
    _, printed = run(replace(RECEIPT, said="\x1b[2J\u202e" + RECEIPT.said))
    assert "\x1b" not in printed
    assert "\u202e" not in printed


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [  # RFC 8032 section 7.1, tests 1 to 3
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a",
        ),
    ],
)
def test_the_examples_of_the_standard(public, message, signature):
    key, said, signed = (bytes.fromhex(each) for each in (public, message, signature))
    assert script.signed(key, said, signed)
    assert not script.signed(key, said + b"\0", signed)


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=4), bit=st.integers(0, 511))
def test_it_agrees_with_another_ed25519(seed, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert script.signed(public, message, signature)
    altered = bytearray(signature)
    altered[bit // 8] ^= 1 << bit % 8
    assert not script.signed(public, message, bytes(altered))
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(altered), message)


@given(st.binary(min_size=32, max_size=32))
def test_the_other_spelling_of_a_signature_is_refused(seed):
    """S and S + L satisfy the same equation; only the smaller is the signature (RFC 8032 section 5.1.7)."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    signature = private.sign(b"")
    larger = int.from_bytes(signature[32:], "little") + script.L
    other = signature[:32] + larger.to_bytes(32, "little")
    assert not script.signed(private.public_key().public_bytes_raw(), b"", other)


@pytest.mark.parametrize("public", [b"\xff" * 32, b"\x02" + bytes(31), b"\x01" + bytes(30) + b"\x80"])
def test_a_public_key_that_is_no_point_is_refused(public):
    with pytest.raises(ValueError, match="不是曲线上的点"):
        script.signed(public, b"", bytes(64))


def test_what_was_written_in_the_middle_is_not_passed_off_as_all(run):
    cut = RECEIPT.said.index("退休")
    forged = replace(RECEIPT, salt=RECEIPT.salt + RECEIPT.said[:cut].encode(), said=RECEIPT.said[cut:])
    status, said = run(forged, "--key", LOG.vkey)
    assert status == 2 and "记录原文" not in said


def test_it_is_short_enough_to_be_read_whole():
    _, said_of_itself, doing = SCRIPT.read_text("utf-8").split('"""')
    lines = [line for line in doing.splitlines() if line and not line.startswith("import ")]
    assert len(lines) <= 100 and said_of_itself.count("\n") < 5
