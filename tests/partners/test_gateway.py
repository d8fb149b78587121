"""The message gateway as a program of its own."""

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nianlun_partners.gateway.memory import Memory, OtherContent, Unusable
from nianlun_partners.gateway.signing import signed
from nianlun_partners.gateway.telephone import page

SECRET = b"s" * 40
WORDS = {"channel": "sms", "to": "13812345678", "text": "您的材料已收到。"}


def test_the_same_key_is_the_same_message_also_after_a_restart(tmp_path: Path):
    memory = Memory(tmp_path)
    first = memory.take(key="k", at=1.0, **WORDS)
    assert memory.take(key="k", at=2.0, **WORDS) == first
    with pytest.raises(OtherContent):
        memory.take(key="k", at=2.0, **{**WORDS, "text": "别的"})
    memory.settle(first.id, state="delivered", reason="", shown=True)
    memory._held.close()
    again = Memory(tmp_path).take(key="k", at=3.0, **WORDS)
    assert (again.id, again.state) == (first.id, "delivered")


def test_a_line_cut_off_by_a_kill_is_forgotten_and_a_spoilt_file_is_refused(tmp_path: Path):
    memory = Memory(tmp_path)
    memory.take(key="k", at=1.0, **WORDS)
    memory._held.close()
    kept = tmp_path / "messages.jsonl"
    kept.write_bytes(kept.read_bytes() + b'{"id": "g-half')
    memory = Memory(tmp_path)
    assert len(memory.messages()) == 1
    memory._held.close()
    kept.write_bytes(b"{}\n")
    with pytest.raises(Unusable, match="备份"):
        Memory(tmp_path)


def test_two_gateways_do_not_share_a_folder(tmp_path: Path):
    held = Memory(tmp_path)
    with pytest.raises(Unusable, match="另一个"):
        Memory(tmp_path)
    assert held.messages() == []


def test_the_telephone_shows_words_as_words(tmp_path: Path):
    memory = Memory(tmp_path)
    taken = memory.take(key="k", at=1.0, channel="sms", to="<b>1</b>", text="<script>alert(1)</script>")
    memory.settle(taken.id, state="delivered", reason="<i>", shown=True)
    shown = page(memory.messages(), fault="none")
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "<i>" not in shown


def test_the_program_checks_signatures_sizes_and_where_forms_come_from(tmp_path: Path):
    (tmp_path / "secret").write_bytes(SECRET)
    command = [sys.executable, "-m", "nianlun_partners.gateway", "--folder", str(tmp_path / "kept")]
    command += ["--secret-file", str(tmp_path / "secret"), "--delay", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            host = urlsplit(process.stdout.readline().strip()).netloc

            def ask(path: str, body: bytes, **headers: str) -> int:
                connection = http.client.HTTPConnection(host, timeout=10)
                connection.request("POST", path, body, headers)
                return connection.getresponse().status

            def offer(content: object, *, secret: bytes = SECRET, ago: float = 0) -> int:
                body = json.dumps(content).encode()
                now = time.time() - ago
                headers = signed(secret, method="POST", path="/messages", body=body, now=now)
                return ask("/messages", body, **headers)

            good = {"key": "k", **WORDS}
            assert offer(good) == 200
            assert offer(good, secret=b"another") == 401
            assert offer(good, ago=400) == 401
            assert ask("/messages", b"{}") == 401
            assert offer({**good, "text": "别的"}) == 409
            assert [offer({**good, "key": "j", **bad}) for bad in ({"text": ""}, {"channel": "fax"})] == [
                422
            ] * 2
            assert [offer(bad) for bad in ([], {}, {**good, "more": 1})] == [400] * 3
            assert ask("/messages", b"x" * 20_000) == 413
            assert ask("/faults", b"fault=hang", Origin="http://elsewhere.example") == 403
            assert ask("/faults", b"fault=nonsense") == 422
        finally:
            process.kill()


def test_a_short_secret_is_refused(tmp_path: Path):
    (tmp_path / "secret").write_text("short")
    command = [sys.executable, "-m", "nianlun_partners.gateway", "--folder", str(tmp_path / "kept")]
    done = subprocess.run(
        [*command, "--secret-file", str(tmp_path / "secret")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "至少 32" in done.stderr) == (2, True)
