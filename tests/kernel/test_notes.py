"""Signed notes, checkpoints, cosignatures and the key file of a log."""

import base64
import shutil
import stat
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.merkle import EMPTY_ROOT, leaf_hash
from nianlun.kernel.notes import (
    BadCheckpoint,
    BadKey,
    Checkpoint,
    Cosigner,
    Ed25519Signer,
    LogKey,
    NotSigned,
    RetiredKey,
    Sm2Signer,
    add_cosignatures,
    open_note,
    sign_note,
    verifier,
)

AT = datetime(2026, 11, 23, 2, 0, 30, 400000, tzinfo=UTC)
LOG = Ed25519Signer("nianlun.example/journal", b"\x01" * 32)
SM2 = Sm2Signer.new("nianlun.example/journal")
WITNESS = Cosigner("witness.example/audit", b"\x02" * 32)
STRANGER = Ed25519Signer("nianlun.example/journal", b"\x03" * 32)
CHECKPOINT = Checkpoint(
    "nianlun.example/journal", 20852163, leaf_hash(b"root"), ("at 2026-11-23T02:00:00Z",)
)
KNOWN = [verifier(each.vkey) for each in (LOG, SM2, WITNESS)]


def cosigned() -> str:
    note = sign_note(CHECKPOINT.text(), LOG, SM2)
    return add_cosignatures(note, WITNESS.sign(CHECKPOINT.text(), at=AT), verifiers=KNOWN)


def test_the_example_of_the_specification_opens():
    # C2SP signed-note, section Example
    known = verifier("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    note = (
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAl"
        "TgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert open_note(note, verifiers=[known]).text == "This is an example message.\n"
    with pytest.raises(NotSigned, match="改过"):
        open_note(note.replace("an example", "no example"), verifiers=[known])


def test_a_checkpoint_with_two_algorithms_and_a_witness():
    opened = open_note(cosigned(), verifiers=KNOWN)
    assert Checkpoint.parse(opened.text) == CHECKPOINT
    assert opened.signed_by == ("nianlun.example/journal",)
    assert opened.keys == (LOG.vkey, SM2.vkey, WITNESS.vkey)
    assert opened.cosigned_at == {"witness.example/audit": AT.replace(microsecond=0)}


def test_each_key_has_its_own_id_although_the_name_is_one():
    assert len({each.key_id for each in KNOWN}) == 3
    assert [verifier(each.vkey) for each in KNOWN] == KNOWN


def test_a_key_of_one_kind_does_not_open_the_signature_of_another():
    """An Ed25519 key published as a log's does not turn its signature into a witness's, nor back."""
    both = Cosigner(LOG.name, LOG.seed)
    assert both.vkey != LOG.vkey
    with pytest.raises(NotSigned, match="没有已知公钥"):
        open_note(sign_note(CHECKPOINT.text(), LOG), verifiers=[verifier(both.vkey)])


def test_a_stranger_with_the_same_name_is_passed_over_and_alone_is_nobody():
    with pytest.raises(NotSigned, match="没有已知公钥"):
        open_note(sign_note(CHECKPOINT.text(), STRANGER), verifiers=KNOWN)
    opened = open_note(sign_note(CHECKPOINT.text(), STRANGER, LOG), verifiers=KNOWN)
    assert opened.keys == (LOG.vkey,)


@given(st.integers(0), st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_noticed(place, bit):
    note = bytearray(cosigned().encode())
    note[place % len(note)] ^= 1 << bit
    try:
        opened = open_note(note.decode(), verifiers=KNOWN)
    except (NotSigned, UnicodeDecodeError):
        return
    # A line whose name or key id was hit belongs to nobody we know; what is left still signs the same text.
    assert opened.text == CHECKPOINT.text()
    assert len(opened.keys) == 2


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        "文字\n",
        "文字\n\n",
        "文字\n\n— a b\n",
        "文字\n\n— a AAAA\n",
        "文字\n\n- a AAAAAAAA\n",
        "文字\n\n— a AAAAAAAA",
        "文字\n\n— a+b AAAAAAAA\n",
        "文字\n\n— a AAAAAAAB=\n",
        "文\x1b字\n\n— a AAAAAAAA\n",
        "文字\n\n" + "— a AAAAAAAA\n" * 65,
        "文" * (1 << 16) + "\n\n— a AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NotSigned):
        open_note(note, verifiers=KNOWN)


def test_sixteen_signatures_of_others_do_no_harm():
    strangers = [Ed25519Signer(f"stranger.example/{n}", bytes([n]) * 32) for n in range(16)]
    assert open_note(sign_note(CHECKPOINT.text(), *strangers, LOG), verifiers=KNOWN).keys == (LOG.vkey,)


def test_a_text_that_holds_an_empty_line_is_signed_whole():
    text = "第一段\n\n— 不是签名 AAAAAAAA\n"
    assert open_note(sign_note(text, LOG), verifiers=KNOWN).text == text


@pytest.mark.parametrize("text", ["", "没有换行", "回车\r\n"])
def test_a_text_that_cannot_be_read_back_is_not_signed(text):
    with pytest.raises(ValueError, match="newline"):
        sign_note(text, LOG)


def test_a_witness_that_answers_wrongly_is_not_believed():
    note = sign_note(CHECKPOINT.text(), LOG)
    other = Checkpoint("nianlun.example/journal", 20852163, EMPTY_ROOT)
    with pytest.raises(NotSigned, match="改过"):
        add_cosignatures(note, WITNESS.sign(other.text(), at=AT), verifiers=KNOWN)
    unknown = Cosigner("witness.example/other", b"\x04" * 32)
    with pytest.raises(NotSigned, match="没有它的联署"):
        add_cosignatures(note, unknown.sign(CHECKPOINT.text(), at=AT), verifiers=KNOWN)
    with pytest.raises(NotSigned, match="不是签名文"):
        add_cosignatures(note, "<html>\n", verifiers=KNOWN)


def test_a_cosignature_is_added_once_and_the_earliest_time_counts():
    note = cosigned()
    again = add_cosignatures(note, WITNESS.sign(CHECKPOINT.text(), at=AT), verifiers=KNOWN)
    assert again == note
    later = add_cosignatures(again, WITNESS.sign(CHECKPOINT.text(), at=AT.replace(hour=9)), verifiers=KNOWN)
    assert open_note(later, verifiers=KNOWN).cosigned_at["witness.example/audit"].hour == 2


def test_the_time_of_a_cosignature_cannot_be_moved():
    data = bytearray(base64.b64decode(WITNESS.sign(CHECKPOINT.text(), at=AT).split()[-1]))
    for at in (4, 11):
        moved = data[:]
        moved[at] ^= 1
        line = f"— {WITNESS.name} {base64.b64encode(moved).decode()}\n"
        with pytest.raises(NotSigned):
            open_note(f"{CHECKPOINT.text()}\n{line}", verifiers=KNOWN)


@pytest.mark.parametrize("length", [4, 5, 11, 12, 67, 69, 75, 77])
def test_a_signature_of_another_length_is_refused(length):
    for who in KNOWN:
        data = who.key_id + bytes(length)
        with pytest.raises(NotSigned):
            open_note(f"文字\n\n— {who.name} {base64.b64encode(data).decode()}\n", verifiers=[who])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n3\n",
        f"log\n03\n{'A' * 43}=\n",
        f"log\n-3\n{'A' * 43}=\n",
        f"log\n３\n{'A' * 43}=\n",
        f"log\n{'9' * 20}\n{'A' * 43}=\n",
        f"log\n3\n{'A' * 42}B=\n",
        "log\n3\nAAAA\n",
        f"\n3\n{'A' * 43}=\n",
        f"log\n3\n{'A' * 43}=",
        f"log\n3\n{'A' * 43}=\n\n",
        f"log\r\n3\n{'A' * 43}=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(BadCheckpoint):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "extensions"),
    [("", ()), ("a\nb", ()), ("log", ("",)), ("log", ("一\n二",)), ("log", ("\t",))],
)
def test_a_checkpoint_that_could_not_be_read_back_is_not_written(origin, extensions):
    with pytest.raises(BadCheckpoint):
        Checkpoint(origin, 3, EMPTY_ROOT, extensions).text()


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000+AQ==",
        "name+00000000+" + base64.b64encode(b"\x01" + b"k" * 32).decode(),
        LOG.vkey.replace("nianlun", "nianlum"),
        LOG.vkey[:-1],
        "名 称" + LOG.vkey,
    ],
)
def test_what_is_no_public_key_is_refused(vkey):
    with pytest.raises(BadKey):
        verifier(vkey)


@pytest.mark.parametrize(
    ("name", "seed"), [("", b"s" * 32), ("a b", b"s" * 32), ("a+b", b"s" * 32), ("a", b"s" * 31)]
)
def test_nobody_signs_with_half_a_key_or_an_impossible_name(name, seed):
    with pytest.raises(BadKey):
        Ed25519Signer(name, seed)


def test_sm2_keys_that_are_no_pair_are_refused():
    with pytest.raises(BadKey, match="不是一对"):
        Sm2Signer("log", SM2.private, Sm2Signer.new("log").public)


def test_another_program_verifies_our_sm2_signature(tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl program: install it to check SM2 against another implementation")
    signature = base64.b64decode(SM2.sign(CHECKPOINT.text()).split()[-1])[4:]
    r, s = (part.lstrip(b"\0") for part in (signature[:32], signature[32:]))
    numbers = [b"\0" + part if part[0] & 0x80 else part for part in (r, s)]
    inner = b"".join(b"\x02" + bytes([len(part)]) + part for part in numbers)
    # SubjectPublicKeyInfo of the curve sm2p256v1
    key = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004") + SM2.public
    (tmp_path / "key.der").write_bytes(key)
    (tmp_path / "signature").write_bytes(b"\x30" + bytes([len(inner)]) + inner)
    (tmp_path / "text").write_text(CHECKPOINT.text(), encoding="utf-8")
    done = subprocess.run(
        [
            openssl,
            *"dgst -sm3 -keyform DER -verify key.der -signature signature".split(),
            *"-sigopt distid:1234567812345678 text".split(),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verified OK" in done.stdout, done.stderr


def test_a_log_key_signs_and_is_read_back(tmp_path):
    path = tmp_path / "log.json"
    key = LogKey.create(path, name="nianlun.example/journal", sm2=True)
    assert LogKey.load(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened = open_note(sign_note("文字\n", *key.signers), verifiers=key.verifiers)
    assert (opened.keys, opened.signed_by) == (key.vkeys, (key.name,))
    with pytest.raises(FileExistsError):
        LogKey.create(path, name="nianlun.example/journal")


def test_after_a_change_of_keys_old_notes_open_and_the_old_secret_is_gone(tmp_path):
    path = tmp_path / "log.json"
    first = LogKey.create(path, name="nianlun.example/journal")
    old_note = sign_note("文字\n", *first.signers)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    second = first.rotate(path, size=7, at=at)
    assert LogKey.load(path) == second
    assert (second.version, second.retired) == (2, (RetiredKey(first.vkey, 7, at),))
    assert open_note(old_note, verifiers=second.verifiers).keys == (first.vkey,)
    assert first.ed25519.seed.hex() not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NotSigned):
        open_note(sign_note("文字\n", *second.signers), verifiers=first.verifiers)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": "nianlun-log-key/2"}',
        '{"format": "nianlun-log-key/1", "name": "a b", "version": 1, "ed25519": "%s", "sm2": null, "retired": []}',
        '{"format": "nianlun-log-key/1", "name": "a", "version": 1, "ed25519": "abab", "sm2": null, "retired": []}',
        '{"format": "nianlun-log-key/1", "name": "a", "version": 1, "ed25519": "%s", "sm2": 3, "retired": []}',
        '{"format": "nianlun-log-key/1", "name": 7, "version": 1, "ed25519": "%s", "sm2": null, "retired": []}',
        '{"format": "nianlun-log-key/1", "name": "a", "version": 1, "ed25519": "%s", "sm2": null, "retired": ["b"]}',
    ],
)
def test_a_damaged_key_file_is_refused_without_quoting_it(content, tmp_path):
    path = tmp_path / "log.json"
    path.write_text(content.replace("%s", "ab" * 32))
    with pytest.raises(KeyMissing, match="内容不对") as caught:
        LogKey.load(path)
    assert "abab" not in str(caught.value)


def test_an_absent_key_file_says_what_to_do(tmp_path):
    with pytest.raises(KeyMissing, match="请从保管处恢复"):
        LogKey.load(tmp_path / "log.json")


def test_secrets_are_never_shown():
    for who in (LOG, SM2, WITNESS, LogKey(version=1, ed25519=LOG, sm2=SM2)):
        assert LOG.seed.hex() not in repr(who)
        assert "\\x01\\x01" not in repr(who)
        assert "\\x02\\x02" not in repr(who)
        assert repr(SM2.private) not in repr(who)
