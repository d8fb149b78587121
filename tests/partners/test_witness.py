"""The witness as a program of its own, spoken to as a log would speak to it."""

import ast
import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.docs.blocks import ROOT

from nianlun.kernel.merkle import consistency_path, leaf_hash, root_of
from nianlun.kernel.notes import (
    Checkpoint,
    Ed25519Signer,
    NotSigned,
    add_cosignatures,
    open_note,
    sign_note,
    verifier,
)
from nianlun_partners.witness.growth import Seen, grew
from nianlun_partners.witness.notes import Refused

LOG = Ed25519Signer("nianlun.example/journal", b"\x01" * 32)
STRANGER = Ed25519Signer("nianlun.example/journal", b"\x03" * 32)
NAME = "witness.example/audit"
LEAVES = [leaf_hash(bytes([number])) for number in range(70)]
FORKED = [*LEAVES[:3], leaf_hash(b"forged"), *LEAVES[4:]]


def checkpoint(size: int, *, leaves: Sequence[bytes] = LEAVES, log: Ed25519Signer = LOG) -> str:
    return sign_note(Checkpoint(log.name, size, root_of(leaves[:size])).text(), log)


def proof(old: int, new: int, *, leaves: Sequence[bytes] = LEAVES) -> list[bytes]:
    return consistency_path(
        old_size=old, new_size=new, node=lambda level, i: root_of(leaves[i << level : (i + 1) << level])
    )


def request(old: int, new: int, *, leaves: Sequence[bytes] = LEAVES, note: str = "") -> str:
    lines = "".join(f"{b64encode(step).decode()}\n" for step in proof(old, new, leaves=leaves))
    return f"old {old}\n{lines}\n{note or checkpoint(new, leaves=leaves)}"


@dataclass
class Running:
    """A witness that was started, and its address."""

    process: subprocess.Popen[str]
    address: str
    vkey: str

    def ask(self, method: str, path: str, body: bytes | str | None = None) -> tuple[int, str, str]:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body.encode() if isinstance(body, str) else body)
            answer = connection.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read().decode()

    def add(self, body: bytes | str) -> tuple[int, str, str]:
        return self.ask("POST", "/add-checkpoint", body)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        if self.process.stdout:
            self.process.stdout.close()


Start = Callable[..., Running]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def command(folder: Path, *arguments: str, name: str = NAME, log: str = LOG.vkey) -> list[str]:
    program = [sys.executable, "-m", "nianlun_partners.witness"]
    return [*program, "--folder", str(folder), "--name", name, "--log", log, *arguments]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def starter(*arguments: str, folder: str = "witness") -> Running:
        process = subprocess.Popen(
            command(tmp_path / folder, *arguments),
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        assert process.stdout is not None
        running = Running(process, process.stdout.readline().strip(), process.stdout.readline().strip())
        started.append(running)
        return running

    yield starter
    for running in started:
        if running.process.poll() is None:
            running.stop()


def test_a_growing_log_is_cosigned_step_by_step(start: Start):
    witness = start()
    assert witness.ask("GET", "/key") == (200, "text/plain; charset=utf-8", f"{witness.vkey}\n")
    known = [verifier(LOG.vkey), verifier(witness.vkey)]
    for old, new in [(0, 0), (0, 1), (1, 1), (1, 6), (6, 11), (11, 64), (64, 70)]:
        status, _, lines = witness.add(request(old, new))
        assert status == 200, lines
        opened = open_note(add_cosignatures(checkpoint(new), lines, verifiers=known[1:]), verifiers=known)
        assert (opened.signed_by, list(opened.cosigned_at)) == ((LOG.name,), [NAME])
    status, _, note = witness.ask("GET", f"/checkpoint?origin={quote(LOG.name)}")
    assert status == 200
    assert Checkpoint.parse(open_note(note, verifiers=known).text).size == 70


REFUSED = {
    "a log it does not know": (
        404,
        "",
        request(0, 1, note=checkpoint(1, log=Ed25519Signer("other", b"\x01" * 32))),
    ),
    "a stranger's signature": (403, "", request(6, 7, note=checkpoint(7, log=STRANGER))),
    "an altered checkpoint": (403, "", request(6, 7, note=checkpoint(7).replace("\n7\n", "\n8\n"))),
    "no signature at all": (403, "", request(6, 7, note=checkpoint(7).partition("\n\n")[0] + "\n\n")),
    "an old size it did not sign": (409, "6\n", request(5, 7)),
    "a new log from nothing": (409, "6\n", request(0, 7)),
    "a shorter log": (409, "6\n", request(4, 5)),
    "a log that shrank": (400, "", f"old 6\n\n{checkpoint(5)}"),
    "a fork": (422, "", request(6, 7, leaves=FORKED)),
    "a fork of the same length": (422, "", request(6, 6, leaves=FORKED)),
    "no proof": (422, "", f"old 6\n\n{checkpoint(7)}"),
    "the proof of another step": (422, "", request(4, 7).replace("old 4", "old 6")),
    "too much proof": (422, "", request(6, 7).replace("\n\n", "\n" + "A" * 43 + "=\n\n", 1)),
    "a proof for the same log": (422, "", f"old 6\n{'A' * 43}=\n\n{checkpoint(6)}"),
    "a proof without end": (400, "", "old 6\n" + ("A" * 43 + "=\n") * 64 + f"\n{checkpoint(7)}"),
    "half a hash": (400, "", f"old 6\nAAAA\n\n{checkpoint(7)}"),
    "no old size": (400, "", checkpoint(7)),
    "an old size with a nought before": (400, "", f"old 06\n\n{checkpoint(7)}"),
    "nothing": (400, "", ""),
    "no text": (400, "", b"\xff\xfe"),
    "a checkpoint of two lines": (400, "", "old 6\n\nlog\n7\n\n— log AAAAAAAA\n"),
    "a line that is no signature": (400, "", request(6, 7) + "乱\n"),
}


def test_whatever_is_wrong_is_refused_and_changes_nothing(start: Start):
    witness = start()
    assert witness.add(request(0, 6))[0] == 200
    for name, (status, body, sent) in REFUSED.items():
        answer = witness.add(sent)
        assert answer[0] == status, (name, answer)
        assert answer[2] == body or (not body and answer[2].endswith("。\n")), name
        assert (answer[1] == "text/x.tlog.size") == (status == 409), name
    assert witness.add(request(6, 7))[0] == 200


def test_an_unknown_address_is_told(start: Start):
    witness = start()
    assert [witness.ask("GET", path)[0] for path in ("/", "/checkpoint", "/checkpoint?origin=x")] == [
        404
    ] * 3
    assert witness.ask("GET", f"/checkpoint?origin={quote(LOG.name)}")[0] == 404
    assert witness.ask("POST", "/elsewhere", "x")[0] == 404
    assert witness.ask("POST", "/add-checkpoint")[0] == 400


@pytest.mark.parametrize(
    ("length", "status"), [("65537", 413), ("9" * 30, 411), ("-1", 411), ("viel", 411)]
)
def test_a_body_of_no_or_impossible_length_is_not_waited_for(length, status, start: Start):
    parts = urlsplit(start().address)
    with contextlib.closing(
        http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    ) as connection:
        connection.putrequest("POST", "/add-checkpoint")
        connection.putheader("Content-Length", length)
        connection.endheaders()
        assert connection.getresponse().status == status


def test_what_it_saw_outlives_a_kill(start: Start):
    """It is killed after the checkpoint is on the disk and before the answer: the log hears nothing."""
    witness = start("--delay", "60")
    asked = threading.Thread(target=lambda: _ignored(lambda: witness.add(request(0, 6))))
    asked.start()
    while asked.is_alive() and witness.ask("GET", f"/checkpoint?origin={quote(LOG.name)}")[0] != 200:
        time.sleep(0.01)
    witness.stop(signal.SIGKILL)
    asked.join()
    again = start()
    assert again.vkey == witness.vkey
    assert again.add(request(0, 5)) == (409, "text/x.tlog.size", "6\n")
    assert again.add(request(6, 6, leaves=FORKED))[0] == 422
    assert again.add(request(6, 6))[0] == 200
    assert again.add(request(6, 7))[0] == 200


def _ignored(ask: Callable[[], object]) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        ask()


def test_what_a_killed_write_left_behind_does_not_hinder(start: Start, tmp_path: Path):
    witness = start()
    witness.add(request(0, 6))
    witness.stop(signal.SIGKILL)
    (kept,) = (tmp_path / "witness").glob("*.checkpoint")
    kept.with_name(f"{kept.name}.new").write_text("half")
    assert start().add(request(6, 7))[0] == 200


def test_of_many_at_once_that_would_fork_the_log_one_is_signed(start: Start):
    witness = start()
    witness.add(request(0, 6))
    forks = [[*LEAVES[:6], leaf_hash(b"fork %d" % n)] for n in range(8)]
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda leaves=leaves: answers.append(witness.add(request(6, 7, leaves=leaves))[0])
        )
        for leaves in forks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 7


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda kept: kept.write_text(kept.read_text().replace("\n6\n", "\n5\n")),
            "不是本见证方自己联署的",
        ),
        (lambda kept: kept.write_bytes(b""), "不是本见证方自己联署的"),
        (lambda kept: kept.write_bytes(b"\xff"), "不是本见证方自己联署的"),
        (lambda kept: (kept.parent / "key").write_text("00"), "密钥文件"),
        (lambda kept: (kept.parent / "key").write_text("00" * 32), "不是本见证方自己联署的"),
    ],
)
def test_an_altered_memory_is_not_gone_on_from(spoil, said, start: Start, tmp_path: Path):
    witness = start()
    witness.add(request(0, 6))
    witness.stop()
    (kept,) = (tmp_path / "witness").glob("*.checkpoint")
    spoil(kept)
    status, told = refusal(tmp_path)
    assert (status, said in told) == (2, True), told


def refusal(tmp_path: Path, *, name: str = NAME, log: str = LOG.vkey) -> tuple[int, str]:
    done = subprocess.run(
        command(tmp_path / "witness", name=name, log=log),
        capture_output=True,
        text=True,
        timeout=30,
        env=ENVIRONMENT,
    )
    return done.returncode, done.stderr


def test_two_on_one_folder_or_with_wrong_names_do_not_start(start: Start, tmp_path: Path):
    start()
    assert "另一个见证程序" in refusal(tmp_path)[1]
    assert "名称" in refusal(tmp_path, name="a b")[1]
    assert "公钥" in refusal(tmp_path, log="无")[1]
    assert "公钥" in refusal(tmp_path, log=LOG.vkey[:-4])[1]


def test_it_misbehaves_when_told_to(start: Start):
    failing = start("--fail-every", "2", folder="failing")
    assert [failing.add(request(old, new))[0] for old, new in [(0, 1), (1, 6)]] == [200, 503]
    assert failing.add(request(1, 6)) == (
        409,
        "text/x.tlog.size",
        "6\n",
    )  # it had kept what it did not answer
    assert failing.add(request(6, 6))[0] == 200
    lying = start("--lie", folder="lying")
    status, _, lines = lying.add(request(0, 6))
    assert status == 200
    with pytest.raises(NotSigned, match="改过"):
        add_cosignatures(checkpoint(6), lines, verifiers=[verifier(lying.vkey)])


@given(st.integers(0, 70), st.integers(0, 70), st.data())
def test_its_own_check_of_growth_agrees_with_the_log_and_no_altered_proof_passes(one, other, data):
    old, new = sorted((one, other))
    seen = Seen(old, root_of(LEAVES[:old]), "")
    root = root_of(LEAVES[:new])
    path = proof(old, new)
    grew(seen, size=new, root=root, proof=path)
    spoilt = [[*path, LEAVES[0]], *([*path[:at], LEAVES[-1], *path[at + 1 :]] for at in range(len(path)))]
    spoilt += [path[:at] + path[at + 1 :] for at in range(len(path))]
    for wrong in spoilt:
        with pytest.raises(Refused):
            grew(seen, size=new, root=root, proof=wrong)
    if old > 3:
        with pytest.raises(Refused):
            grew(seen, size=new, root=root_of(FORKED[:new]), proof=proof(old, new, leaves=FORKED))


def test_it_shares_no_code_with_the_product():
    for path in sorted((ROOT / "src" / "nianlun_partners").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "nianlun"], path
