"""Others sign what the log says of itself; what they answer is checked, their silence is said (S6.1)."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.journal.logs import AT, behind_the_back, deed

from nianlun.journal import operations, queries
from nianlun.journal.models import Cosignature, TimeStamp
from nianlun.journal.operations import witnessing
from nianlun.kernel.receipts import check

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def witness(settings, tmp_path) -> Iterator[Callable[..., str]]:
    """`witness("--lie")` starts the partner's program, makes it the log's witness and returns its key."""
    started: list[subprocess.Popen[str]] = []

    def start(*faults: str) -> str:
        for one in started:
            one.kill()
            one.wait()
        command = [sys.executable, "-m", "nianlun_partners.witness", "--folder", str(tmp_path / "witness")]
        command += ["--name", "witness.example", "--log", queries.log_key().vkey, *faults]
        one = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(one)
        url, vkey = one.stdout.readline().strip(), one.stdout.readline().strip()
        settings.LOG_WITNESSES = ((url, vkey),)
        return vkey

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stdout.close()


def sequenced(about: str) -> int:
    number = deed(about)
    operations.sequence(at=AT)
    return number


def problem() -> str:
    (line,) = queries.log_status().witnesses
    return line.problem


def test_a_witness_cosigns_each_checkpoint_and_its_signature_is_in_the_receipt(witness):
    vkey = witness()
    first = sequenced("a")
    assert operations.ask_witnesses(at=AT)
    sequenced("b")
    sequenced("c")
    assert operations.ask_witnesses(at=AT)
    assert list(Cosignature.objects.order_by("pk").values_list("checkpoint_id", flat=True)) == [1, 3]
    receipt = queries.receipt(first)
    checked = check(receipt, trusted=[queries.log_key().vkey, vkey])
    assert (checked.size, list(checked.cosigned)) == (3, ["witness.example"])
    report = queries.verify_log()
    assert (report.faults, report.cosignatures) == ([], 2)
    assert problem() == ""


def test_a_changed_cosignature_is_found(witness):
    witness()
    sequenced("a")
    operations.ask_witnesses(at=AT)
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_cosignature SET at = at - interval '1 day'")
    assert [fault.sentence for fault in queries.verify_log().faults] == [
        "见证方 witness.example 对 1 条处检查点的联署被改动"
    ]


def test_a_witness_that_lies_is_not_believed_and_a_true_one_makes_up_for_it(witness):
    witness("--lie")
    sequenced("a")
    assert not operations.ask_witnesses(at=AT)
    assert "不能相信" in problem()
    assert not Cosignature.objects.exists()
    witness()
    assert operations.ask_witnesses(at=AT)
    assert problem() == ""


def test_an_answer_that_was_lost_is_asked_for_again_from_where_the_witness_is(witness):
    witness("--fail-every", "1")
    sequenced("a")
    assert not operations.ask_witnesses(at=AT)
    assert "503" in problem()
    sequenced("b")
    witness()  # it has kept that it saw one entry; we believe it saw none
    assert operations.ask_witnesses(at=AT)
    assert Cosignature.objects.get().checkpoint_id == 2


def test_a_witness_that_is_slow_or_away_keeps_nobody_waiting_for_long(witness, monkeypatch, settings):
    monkeypatch.setattr(witnessing, "WAIT_SECONDS", 0.3)
    witness("--delay", "3")
    sequenced("a")
    assert not operations.ask_witnesses(at=AT)
    assert "没有答复" in problem()
    ((_url, vkey),) = settings.LOG_WITNESSES
    settings.LOG_WITNESSES = (("http://127.0.0.1:1", vkey),)
    assert not operations.ask_witnesses(at=AT)
    assert "连不上" in problem()


def test_a_witness_that_saw_more_than_there_is_gives_the_restored_backup_away(witness):
    witness()
    sequenced("a")
    sequenced("b")
    operations.ask_witnesses(at=AT)
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM journal_cosignature")
        cursor.execute("DELETE FROM journal_checkpoint WHERE size = 2")
    assert not operations.ask_witnesses(at=AT)
    assert "见证方见过 2 条的日志" in problem()


OPENSSL = """
[tsa]
default_tsa = mine
[mine]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(*arguments: str, folder: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path, settings) -> Iterator[Path]:
    """A time-stamping authority: `openssl ts` behind an address, its root certificate made for this test."""
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "serial").write_text("01\n")
    (folder / "ts.cnf").write_text(OPENSSL.format(folder=folder))
    (folder / "tsa.ext").write_text(
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
    )
    new = ["-newkey", "rsa:2048", "-nodes"]
    try:
        openssl("req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=root", "-days", "9",
                folder=folder)  # fmt: skip
    except FileNotFoundError:
        pytest.skip("there is no openssl program")
    openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa", folder=folder)
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out",
            "tsa.pem", "-days", "9", "-extfile", "tsa.ext", folder=folder)  # fmt: skip

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "asked").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl("ts", "-reply", "-config", "ts.cnf", "-section", "mine", "-queryfile", "asked", "-out", "said",
                    "-signer", "tsa.pem", "-inkey", "tsa.key", folder=folder)  # fmt: skip
            body = (folder / "said").read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TSA_URL = f"http://127.0.0.1:{server.server_address[1]}/"
    settings.TSA_ROOTS = folder / "root.pem"
    yield folder
    server.shutdown()
    server.server_close()


def test_the_log_is_time_stamped_once_a_day(authority):
    now = timezone.now()
    deed("a", at=now)
    operations.sequence(at=now)
    assert operations.stamp_time(at=now)
    assert operations.stamp_time(at=now)
    stamp = TimeStamp.objects.get()
    assert abs(stamp.at - now) < timedelta(minutes=5)
    deed("b", at=now)
    operations.sequence(at=now)
    assert operations.stamp_time(at=now + timedelta(days=1, hours=1))
    assert TimeStamp.objects.count() == 2
    report = queries.verify_log()
    assert (report.faults, report.time_stamps) == ([], 2)
    # The authority's own program agrees, without any of our code.
    (authority / "note").write_text(queries.checkpoint(1).note)
    (authority / "kept").write_bytes(bytes(TimeStamp.objects.order_by("pk").first().response))
    openssl("ts", "-verify", "-in", "kept", "-data", "note", "-CAfile", "root.pem", folder=authority)


def test_a_time_stamp_on_something_else_or_of_an_unknown_authority_is_found(authority):
    now = timezone.now()
    deed("a", at=now)
    operations.sequence(at=now)
    operations.stamp_time(at=now)
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_checkpoint SET note = note || '— x AAAAAAA=' || E'\\n'")
    assert any("时间戳不成立" in fault.sentence for fault in queries.verify_log().faults)


def test_an_authority_that_is_away_is_said_and_nothing_is_kept(settings):
    settings.TSA_URL = "http://127.0.0.1:1/"
    sequenced("a")
    assert not operations.stamp_time(at=AT)
    assert "连不上" in queries.log_status().stamp_problem
    assert not TimeStamp.objects.exists()
