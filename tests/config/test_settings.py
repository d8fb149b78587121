"""Production refuses to start half configured; the demo makes its own secrets, good for nothing else."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nianlun.config import demo_secrets
from nianlun.config.settings.base import database
from nianlun.kernel.cipher import Keyring
from nianlun.vault.class_keys import ClassKeys

COMPLETE = {"SECRET_KEY": "k" * 50, "DATABASE_URL": "postgresql://nianlun@/nianlun"}


def keys(folder: Path) -> dict[str, str]:
    """Both key files of an installation, made, as the environment names them."""
    Keyring.create(folder / "keys")
    ClassKeys.create(folder / "vault-keys")
    return {"NIANLUN_KEYRING": str(folder / "keys"), "NIANLUN_VAULT_KEYS": str(folder / "vault-keys")}


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command under the production settings, with nothing in the environment but what is given."""
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
    own = {"NIANLUN_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "nianlun.config.settings.production"}
    return subprocess.run(
        [sys.executable, "-m", "nianlun.config.command", "manage", "diffsettings"],
        env={**kept, **own, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_production_starts_when_all_is_given(tmp_path):
    done = start(tmp_path, **COMPLETE, **keys(tmp_path))
    assert done.returncode == 0, done.stderr
    for line in (
        "SECURE_SSL_REDIRECT = True",
        "SESSION_COOKIE_SECURE = True",
        "SECURE_HSTS_SECONDS = 31536000",
    ):
        assert line in done.stdout


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "NIANLUN_KEYRING", "NIANLUN_VAULT_KEYS"])
def test_production_names_in_one_sentence_what_is_missing(tmp_path, missing):
    given = {**COMPLETE, **keys(tmp_path)}
    del given[missing]
    done = start(tmp_path, **given)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert missing in done.stderr


@pytest.mark.parametrize(
    "bad",
    [
        {"SECRET_KEY": "short"},
        {"NIANLUN_DEMO": "1"},
        {"NIANLUN_KEYRING": "/nowhere"},
        {"NIANLUN_VAULT_KEYS": "/nowhere"},
        {"NIANLUN_GATEWAY_URL": "http://10.0.0.9", "NIANLUN_GATEWAY_SECRET": "s" * 32},
        {"NIANLUN_GATEWAY_URL": "https://10.0.0.9", "NIANLUN_GATEWAY_SECRET": "short"},
    ],
)
def test_production_refuses_what_is_only_good_for_trying(tmp_path, bad):
    done = start(tmp_path, **{**COMPLETE, **keys(tmp_path), **bad})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_production_refuses_the_keys_of_a_demo(tmp_path):
    for name, make in (
        ("NIANLUN_KEYRING", demo_secrets.keyring),
        ("NIANLUN_VAULT_KEYS", demo_secrets.class_keys),
        ("NIANLUN_LOG_KEY", demo_secrets.log_key),
    ):
        (tmp_path / name).mkdir()
        done = start(tmp_path, **{**COMPLETE, **keys(tmp_path / name), name: str(make(tmp_path / "demo"))})
        assert done.returncode == 2
        assert "演示" in done.stderr


def test_a_demos_secrets_are_made_once_and_for_the_owner_only(tmp_path):
    path = demo_secrets.keyring(tmp_path)
    wrapping = demo_secrets.class_keys(tmp_path)
    first = path.read_bytes(), wrapping.read_bytes(), demo_secrets.secret_key(tmp_path)
    again = demo_secrets.keyring(tmp_path).read_bytes(), demo_secrets.class_keys(tmp_path).read_bytes()
    assert (*again, demo_secrets.secret_key(tmp_path)) == first
    assert len(first[2]) >= 50
    assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()} == {0o600}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["keyring.json", "secret_key", "vault-keys.json"]
    assert Keyring.load(path).current == 1


def test_a_mark_is_all_that_tells_a_demos_keys_apart(tmp_path):
    path = demo_secrets.keyring(tmp_path)
    assert demo_secrets.is_marked(path)
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "demo"}))
    assert not demo_secrets.is_marked(path)


def test_a_database_address_may_name_a_host_or_a_socket_folder():
    named = database("postgresql://u:p%40ss@db.example:6432/pension?sslmode=verify-full")
    assert (named["HOST"], named["PORT"], named["PASSWORD"]) == ("db.example", "6432", "p@ss")
    assert named["OPTIONS"].items() >= {"connect_timeout": 5, "sslmode": "verify-full"}.items()
    assert database("postgresql://u@/n?host=/run/x")["HOST"] == "/run/x"


def test_another_kind_of_database_is_refused():
    with pytest.raises(ValueError, match="PostgreSQL"):
        database("sqlite:///x.db")
