"""The command line answers wrong calls and missing surroundings in one sentence."""

import os
import subprocess
import sys

import pytest

from nianlun.config import command


def nianlun(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "nianlun.config.settings.test",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.run(
        [sys.executable, "-m", "nianlun.config.command", *arguments],
        env={**os.environ, **settings, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_lists_the_commands():
    told = nianlun("--help")
    assert told.returncode == 0
    for name in (
        "serve",
        "work",
        "migrate",
        "demo",
        "jobs",
        "policy",
        "verify",
        "ingest",
        "search",
        "read",
    ):
        assert f"    {name} " in told.stdout


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["serve", "--port", "x"], ["jobs", "--what"], ["serve", "--port"], []]
)
def test_a_wrong_call_is_answered_with_one_sentence_and_status_2(arguments):
    told = nianlun(*arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("命令写得不对：")
    assert told.stderr.count("\n") == 1


def test_a_database_that_is_down_is_said_with_status_3(tmp_path):
    told = nianlun("jobs", DATABASE_URL=f"postgresql://nianlun@/nianlun?host={tmp_path}")
    assert told.returncode == 3
    assert told.stderr == command.NO_ANSWER + "\n"


def test_our_own_exceptions_become_their_sentence(monkeypatch, capsys):
    class Spoiled(Exception):
        pass

    Spoiled.__module__ = "nianlun.somewhere"

    def run(_args: object) -> int:
        raise Spoiled("这份材料缺页。请补扫。")

    monkeypatch.setattr("nianlun.config.service_command.demo.run", run)
    assert command.main(["demo"]) == 2
    assert capsys.readouterr().err == "这份材料缺页。请补扫。\n"


def test_a_fault_of_the_code_is_not_hidden(monkeypatch):
    def run(_args: object) -> int:
        raise KeyError("x")

    monkeypatch.setattr("nianlun.config.service_command.demo.run", run)
    with pytest.raises(KeyError):
        command.main(["demo"])
