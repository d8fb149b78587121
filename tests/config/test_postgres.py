"""The embedded PostgreSQL, with real servers in folders as people have them."""

import contextlib
import json
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from nianlun.config import postgres, postgres_programs
from nianlun.config.places import Hindered
from nianlun.config.postgres import (
    OWNER,
    ROLE,
    SOCKET_PATH_LIMIT,
    Server,
    cluster_home,
    embedded,
    socket_folder,
)

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the account")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place the server's account can enter; pytest's own is closed to it."""
    made = Path(tempfile.mkdtemp(prefix="nianlun-test-postgres-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    one = Server(folder / "postgres", durable=False)
    yield one
    one.remove()


def ask(server: Server, question: str, *, role: str = OWNER) -> object:
    with psycopg.connect(server.url(role=role)) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def write(server: Server, statement: str, *, role: str = OWNER) -> None:
    with psycopg.connect(server.url(role=role)) as connection:
        connection.execute(statement)


def test_what_was_written_is_there_after_a_stop_and_a_start(server):
    server.start()
    write(server, "create table kept as select 42 as n")
    assert server.stop()
    assert server.pid() is None
    assert not server.stop()
    server.start()
    assert ask(server, "select n from kept") == 42


def test_a_second_start_finds_the_first_ones_server(server):
    server.start()
    first = server.pid()
    assert Server(server.home).start() == server.url()
    assert server.pid() == first


def test_a_killed_server_recovers_what_was_committed_and_nothing_else(server):
    server.durable = True
    server.start()
    write(server, "create table kept (n int)")
    write(server, "insert into kept values (1)")
    half = psycopg.connect(server.url(role=OWNER))
    half.execute("insert into kept values (2)")
    os.kill(server.pid(), signal.SIGKILL)
    assert (server.data / "postmaster.pid").exists()
    server.start()
    assert ask(server, "select array_agg(n) from kept") == [1]
    with contextlib.suppress(psycopg.OperationalError):
        half.close()


def test_a_cluster_from_before_there_was_an_owner_hands_its_tables_over_once(server):
    server.start()
    with psycopg.connect(server.url(role="postgres"), autocommit=True) as old:
        old.execute("alter database nianlun owner to nianlun")
    write(server, "create table kept as select 42 as n", role=ROLE)
    server.stop()
    server.start()
    assert (
        ask(server, "select pg_get_userbyid(relowner) from pg_class where relname = 'kept'")
        == "nianlun_owner"
    )
    assert (
        ask(server, "select pg_get_userbyid(datdba) from pg_database where datname = 'nianlun'")
        == "nianlun_owner"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        write(server, "create table public.more (n int)", role=ROLE)


def test_a_pid_file_that_names_another_process_is_seen_to_be_stale(server):
    server.start()
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    stale = server.data / "postmaster.pid"
    stale.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    if server.account:
        os.chown(stale, server.account.uid, server.account.gid)
    assert server.pid() is None
    server.start()
    assert ask(server, "select 1") == 1


def test_a_start_that_was_killed_half_way_leaves_nothing_in_the_way(server):
    unfinished = server.home / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("1")
    server.start()
    assert ask(server, "select 1") == 1
    assert not unfinished.exists()


def test_it_listens_on_no_network_and_waits_for_the_disk_and_reads_chinese(server):
    server.durable = True
    server.start()
    assert ask(server, "select current_setting('listen_addresses')") == ""
    assert ask(server, "select current_setting('fsync') || current_setting('full_page_writes')") == "onon"
    assert ask(server, "select length('年轮') || current_setting('server_encoding')") == "2UTF8"
    assert ask(server, "select usesuper from pg_user where usename = current_user", role=ROLE) is False


def test_a_long_path_with_spaces_and_chinese_works(folder):
    deep = Server(folder / ("很长的 路径 'with' \"quotes\" $HOME `x` " * 3) / "postgres", durable=False)
    try:
        url = deep.start()
        assert ask(deep, "select 1") == 1
        sockets = Path(url.partition("host=")[2])
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    finally:
        deep.remove()


def test_a_socket_folder_that_someone_else_made_first_is_not_used(folder, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    account = postgres.server_account(data=folder)
    taken = socket_folder(folder / "x", account=account)
    taken.chmod(0o777)
    try:
        other = None
        with contextlib.suppress(Hindered):
            other = socket_folder(folder / "x", account=account)
        assert other != taken
    finally:
        shutil.rmtree(taken)
        if other:
            shutil.rmtree(other)


@root_only
def test_a_project_in_a_folder_only_root_may_enter_keeps_its_data_elsewhere(folder, tmp_path, monkeypatch):
    closed = tmp_path / "root's own"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(postgres, "ROOT_HOME", folder / "lib")
    one = embedded(closed / "var")
    try:
        assert one.home.parent == folder / "lib"
        one.start()
        write(one, "create table kept as select 42 as n")
        again = embedded(closed / "var")
        assert ask(again, "select n from kept") == 42
        assert json.loads((closed / "var/postgres/where.json").read_text())["home"] == str(one.home)
    finally:
        one.remove()


@root_only
def test_a_copied_project_gets_its_own_data_and_a_moved_one_keeps_it(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "ROOT_HOME", folder / "lib")
    first = cluster_home(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    second = cluster_home(tmp_path / "two")
    assert second != first
    (tmp_path / "one").rename(tmp_path / "three")
    assert cluster_home(tmp_path / "three") == first


@root_only
def test_programs_in_a_closed_folder_are_copied_to_where_the_server_can_run_them(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(postgres_programs, "COPIES", folder / "lib")
    installed = postgres_programs.find_programs().parents[1]
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        shutil.copytree(part, tmp_path / "closed" / part.name)
    programs = tmp_path / "closed" / installed.name / "pginstall/bin"
    monkeypatch.setenv("NIANLUN_POSTGRES_BIN", str(programs))
    one = Server(folder / "postgres")
    try:
        one.start()
        assert Path(f"/proc/{one.pid()}/exe").resolve().is_relative_to(folder / "lib")
    finally:
        one.remove()


def test_programs_that_are_not_there_are_named_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANLUN_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(Hindered, match="NIANLUN_POSTGRES_BIN"):
        postgres_programs.find_programs()


def test_data_of_another_version_is_refused_in_a_sentence(server):
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(Hindered, match="由 PostgreSQL 15 建立"):
        server.start()
    (server.data / "PG_VERSION").write_text("18\n")


def test_a_server_stops_within_seconds_though_clients_are_connected(server):
    server.start()
    client = psycopg.connect(server.url())
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 5
    with contextlib.suppress(psycopg.OperationalError):
        client.close()
