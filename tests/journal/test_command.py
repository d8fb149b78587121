"""`nianlun journal`: what it prints, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.journal.logs import AT, behind_the_back, deed

from nianlun.config.command import main
from nianlun.journal import operations, queries
from nianlun.journal.models import Entry
from nianlun.kernel.receipts import Receipt, check


@pytest.mark.django_db(transaction=True)
def test_verify_is_silent_on_a_sound_log_and_names_what_is_not(capsys):
    number = deed("张三")
    operations.sequence(at=AT)
    assert main(["journal", "verify"]) == 0
    assert "日志完好" in capsys.readouterr().err
    with behind_the_back() as cursor:
        cursor.execute("UPDATE journal_entry SET about = '李四'")
    assert main(["journal", "verify"]) == 1
    assert capsys.readouterr().out == f"{number}\t第 1 条（第 {number} 号留痕）的内容已被改动\n"
    assert main(["journal", "verify", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["sound"], found["faults"][0]["entry"]) == (False, number)


@pytest.mark.django_db(transaction=True)
def test_verify_holds_the_log_to_a_checkpoint_kept_elsewhere(capsys, tmp_path):
    deed("a")
    operations.sequence(at=AT)
    kept = tmp_path / "kept.txt"
    kept.write_text(queries.last_checkpoint().note, encoding="utf-8")
    assert main(["journal", "verify", "--known", str(kept)]) == 0
    kept.write_text(kept.read_text(encoding="utf-8").replace("\n1\n", "\n2\n"), encoding="utf-8")
    assert main(["journal", "verify", "--known", str(kept)]) == 1
    assert "kept.txt" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_printed_whole_and_a_number_that_is_not_there_is_said(capsys):
    number = deed("张三", at=timezone.now())
    assert main(["journal", "receipt", str(number)]) == 0
    receipt = Receipt.from_json(capsys.readouterr().out)
    assert check(receipt, trusted=[queries.log_key().vkey]).size == 1
    assert main(["journal", "receipt", str(number + 1000)]) == 2
    assert "不在日志里" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_two_days_are_proved_from_one_to_the_other(capsys):
    for day in range(2):
        deed(str(day), at=AT + timedelta(days=day))
        operations.sequence(at=AT + timedelta(days=day))
    assert main(["journal", "prove", "--from", "2026-11-23", "--to", "2026-11-24"]) == 0
    shown = capsys.readouterr()
    assert "1 条是 2026-11-24 的 2 条的开头" in shown.err
    assert set(json.loads(shown.out)) == {"from", "to", "path"}
    assert main(["journal", "prove", "--from", "2026-11-01", "--to", "2026-11-24"]) == 2
    assert "还没有检查点" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_status_tells_how_far_it_is_and_what_hinders(capsys):
    deed("a", at=timezone.now())
    assert main(["journal", "status"]) == 0
    assert "等待 1 条" in capsys.readouterr().out
    operations.sequence(at=timezone.now() + timedelta(days=1))
    deed("b")
    assert main(["journal", "run", "--once"]) == 2
    capsys.readouterr()
    assert main(["journal", "status", "--json"]) == 1
    assert "时钟倒退" in json.loads(capsys.readouterr().out)["problems"][0]


@pytest.mark.django_db(transaction=True)
def test_run_places_and_signs_what_comes_until_it_is_asked_to_stop(checkpoints):
    code = (
        "import sys, django; from django.conf import settings; from pathlib import Path\n"
        "settings.DATABASES['default']['NAME'] = sys.argv[1]; settings.CHECKPOINTS = Path(sys.argv[2])\n"
        "from nianlun.config.command import main; sys.exit(main(['journal', 'run']))"
    )
    command = [sys.executable, "-c", code, connection.settings_dict["NAME"], str(checkpoints)]
    child = subprocess.Popen(
        command, env={**os.environ, "DJANGO_SETTINGS_MODULE": "nianlun.config.settings.test"}
    )
    try:
        for about in "ab":
            number = deed(about, at=timezone.now())
            while not Entry.objects.filter(pk=number, leaf__isnull=False).exists():
                assert child.poll() is None
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=30) == 0
    finally:
        child.kill()
        child.wait()
    operations.sequence(at=timezone.now())
    assert queries.verify_log().sound


def test_a_key_is_made_once_and_changed_with_its_past_kept(tmp_path, capsys):
    path = tmp_path / "log_key.json"
    assert main(["journal", "key", str(path), "--create", "example/journal", "--sm2"]) == 0
    first = capsys.readouterr().out.splitlines()
    assert len(first) == 2
    assert main(["journal", "key", str(path), "--rotate"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == first
    assert main(["journal", "key", str(path), "--create", "example/journal"]) == 2
    assert "已经有" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_waits_for_a_sequencer_that_is_not_there_is_told(capsys):
    deed("a", at=timezone.now() - timedelta(minutes=2))
    assert main(["journal", "status"]) == 1
    assert "等到现在还没有入日志" in capsys.readouterr().out
    assert main(["journal", "verify"]) == 0
    assert "等到现在还没有入日志" in capsys.readouterr().out
    operations.sequence(at=timezone.now())
    assert main(["journal", "status"]) == 0
