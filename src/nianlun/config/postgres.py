"""The embedded PostgreSQL: finds server programs, makes a cluster, starts and stops it. One machine, no TCP.

    python -m nianlun.config.postgres start | stop | status
    python -m nianlun.config.postgres run COMMAND ...     a throw-away server for the length of one command,
                                                          which works as the owner of the tables

A site with a PostgreSQL of its own sets DATABASE_URL and never comes here (docs/adr/0001-embedded-postgresql.md).
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from nianlun.config.places import Hindered, var_folder
from nianlun.config.postgres_programs import find_programs, major_version, within_reach

SOCKET_PATH_LIMIT = 107  # bytes, sun_path of Linux without its closing zero
SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 90  # crash recovery after kill -9 replays the log before the first connection
STOP_SECONDS = 30
LOG_LIMIT = 10_000_000  # bytes, after which the log of the run before last is dropped
ROOT_HOME = Path("/var/lib/nianlun")
ROLE = "nianlun"
"""The role of the application, and the name of its database. It may read and write rows, not change tables."""
OWNER = "nianlun_owner"
"""The role that owns the tables; only migrations (and tests) work as it."""
SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0777",  # the folder around the socket is what keeps others out
    "max_connections=60",
    "shared_buffers=128MB",
    "max_wal_senders=0",
    "wal_level=minimal",
    "logging_collector=off",
    "timezone=UTC",
)


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account the server runs as, where that is not our own."""

    name: str
    uid: int
    gid: int

    @property
    def drop(self) -> dict[str, object]:
        """Arguments with which `subprocess` starts a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(*, data: Path) -> Account | None:
    """Who runs the server. As root PostgreSQL refuses to run, so a system account does; else we do (nothing).

    The owner of an existing cluster goes on owning it. Slim images lack `useradd`; there `nobody` serves.
    """
    if os.geteuid() != 0:
        return None
    if data.is_dir() and (seen := data.stat()).st_uid != 0:
        return Account(str(seen.st_uid), seen.st_uid, seen.st_gid)  # its entry may be gone since
    with contextlib.suppress(KeyError):
        return _account(ROLE)
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ROLE]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 fixed arguments
    for name in (ROLE, "nobody"):
        with contextlib.suppress(KeyError):
            return _account(name)
    raise Hindered(
        "以 root 运行时需要一个普通账号来启动数据库，系统里没有 nobody，也建不了新账号。请改用普通用户。"
    )


def _account(name: str) -> Account:
    entry = pwd.getpwnam(name)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_enter(folder: Path, *, account: Account | None) -> bool:
    """Whether the account may pass through the folder; asked of the system itself, so access lists count too."""
    if account is None:
        return os.access(folder, os.X_OK)
    test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]
    return subprocess.run(test, check=False, cwd="/", **account.drop).returncode == 0  # type: ignore[call-overload, no-any-return] # noqa: S603


def cluster_home(var: Path) -> Path:
    """The folder that holds the cluster of this `var`, and remembers the choice in `var/postgres/where.json`.

    Usually that is `var/postgres` itself. Where root keeps the project in a folder no one else may enter, it is
    `/var/lib/nianlun/<hash>`. A pointer that came along when the project was copied is not followed while the
    original still has its own; one that came along when it was moved is.
    """
    near = var / "postgres"
    near.mkdir(parents=True, exist_ok=True)
    pointer = near / "where.json"
    with contextlib.suppress(OSError, ValueError, KeyError):
        known = json.loads(pointer.read_text(encoding="utf-8"))
        home, var_then = Path(known["home"]), Path(known["var"])
        moved_here = not (var_then / "postgres").exists()
        if home != near and home.is_dir() and (var_then == var or moved_here):
            pointer.write_text(json.dumps({"home": str(home), "var": str(var)}), encoding="utf-8")
            return home
    account = server_account(data=near / "data")
    if account is None or can_enter(near, account=account):
        return near
    home = ROOT_HOME / hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True, mode=0o755)
    pointer.write_text(json.dumps({"home": str(home), "var": str(var)}), encoding="utf-8")
    return home


def socket_folder(home: Path, *, account: Account | None) -> Path:
    """A short folder for the socket that only the server's account (and root) can enter.

    The data path may be long and hold any character; a socket path is limited to 107 bytes. Raises `Hindered`
    when someone else has already taken the name.
    """
    uid = account.uid if account else os.geteuid()
    own = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    name = f"nianlun-{hashlib.sha256(os.fsencode(home)).hexdigest()[:10]}"
    for parent in (Path("/run") if account else own, Path("/tmp")):  # noqa: S108 mode and owner are checked below
        folder = parent / (name if parent != Path("/tmp") else f"{name}-{uid}")  # noqa: S108
        if not os.access(parent, os.W_OK) or len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_PATH_LIMIT:
            continue
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if account:
                os.chown(folder, account.uid, account.gid)
        seen = folder.lstat()
        if stat.S_ISDIR(seen.st_mode) and seen.st_uid == uid and stat.S_IMODE(seen.st_mode) == 0o700:
            return folder
    raise Hindered(
        f"数据库的套接字目录 {folder} 被别人占用，或建不成。请删除它，或设 XDG_RUNTIME_DIR 指向自己的目录。"
    )


class Server:
    """One embedded cluster and the server on it. Start and stop may be called from any process, in any order."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.data = home / "data"
        self.log = home / "server.log"
        self.account = server_account(data=self.data)
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, *, name: str = ROLE, role: str = ROLE) -> str:
        """The address for DATABASE_URL, whether or not the server runs."""
        lines = self._pid_file()
        known = lines[4] if len(lines) > 4 else ""  # empty while the server is still starting
        sockets = Path(known) if known else socket_folder(self.home, account=self.account)
        return f"postgresql://{role}@/{name}?host={sockets}"

    def pid(self) -> int | None:
        """The running server's process, or nothing. A pid file left by kill -9 whose number is now another's
        process does not count: a server's working directory is its data folder."""
        lines = self._pid_file()
        if not lines:
            return None
        number = int(lines[0])
        if Path("/proc/self/cwd").exists():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{number}/cwd").readlink() == self.data.resolve():
                    return number
            return None
        with contextlib.suppress(OSError):
            os.kill(number, 0)
            return number
        return None

    def start(self) -> str:
        """Make the cluster if there is none, start the server if it does not run; the address. Raises `Hindered`."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once: the second finds the first one's server
            self._launch_until_it_answers()
            self._make_roles_and_database()
        return self.url()

    def stop(self) -> bool:
        """Stop the server with its data safe on disk; whether there was one. Clients are cut off at once."""
        number = self.pid()
        if number is None:
            return False
        for how in (signal.SIGINT, signal.SIGQUIT):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, how)
            until = time.monotonic() + STOP_SECONDS
            while time.monotonic() < until:
                if self._process:
                    self._process.poll()
                if self.pid() is None:
                    return True
                time.sleep(0.05)
        raise Hindered(f"数据库进程 {number} 停不下来，请查看 {self.log}。")

    def remove(self) -> None:
        """Stop the server and delete all it has, data included."""
        self.stop()
        shutil.rmtree(socket_folder(self.home, account=self.account), ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(OSError):
            lines = (
                (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            )
            return lines if lines and lines[0].isdigit() else []
        return []

    def _launch(self, programs: Path) -> None:
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._make_cluster(programs)
        elif (made_by := version.read_text().strip()) != str(have := major_version(programs)):
            raise Hindered(
                f"数据目录 {self.data} 由 PostgreSQL {made_by} 建立，找到的程序是 {have}。"
                f"请用 NIANLUN_POSTGRES_BIN 指向 {made_by} 的程序，或先用 pg_dump 搬迁。"
            )
        lines = self._pid_file()
        if lines and Path(f"/proc/{lines[0]}").exists():
            # Left by kill -9, and its number is another process now: the server would take that for its twin.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        sockets = socket_folder(self.home, account=self.account)
        settings = [*SETTINGS, f"unix_socket_directories={sockets}"]
        if not self.durable:
            settings += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        command = [str(programs / "postgres"), "-D", str(self.data)]
        for setting in settings:
            command += ["-c", setting]
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach web and worker before their database.
            self._process = subprocess.Popen(  # type: ignore[call-overload] # noqa: S603 fixed program, list of arguments
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
                env=self._environment(programs), **(self.account.drop if self.account else {}),
            )  # fmt: skip

    def _make_cluster(self, programs: Path) -> None:
        """initdb beside the final place, then rename: a killed first start leaves nothing that looks finished."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.account:
            os.chown(unfinished, self.account.uid, self.account.gid)
        command = [str(programs / "initdb"), "-D", str(unfinished), "-U", "postgres", "-E", "UTF8"]
        command += [
            "--locale=C",
            "--auth=trust",
            "--data-checksums",
            *([] if self.durable else ["--no-sync"]),
        ]
        made = subprocess.run(  # type: ignore[call-overload] # noqa: S603 fixed program, list of arguments
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False, cwd="/",
            env=self._environment(programs), **(self.account.drop if self.account else {}),
        )  # fmt: skip
        if made.returncode:
            reason = (made.stderr.strip().splitlines() or ["没有说明"])[-1]
            shutil.rmtree(unfinished, ignore_errors=True)
            raise Hindered(f"数据库没有建成：{reason}。请检查磁盘空间和 {self.home} 的权限后再试。")
        unfinished.rename(self.data)

    def _environment(self, programs: Path) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        # A venv's LD_LIBRARY_PATH or a foreign locale must not reach the server.
        return {**kept, "LC_ALL": "C", "PATH": f"{programs}:{os.environ.get('PATH', '/usr/bin:/bin')}"}

    def _launch_until_it_answers(self) -> None:
        until, launched = time.monotonic() + START_SECONDS, False
        while time.monotonic() < until:
            if self.pid() is None and (self._process is None or self._process.poll() is not None):
                # After kill -9 the old server's own children hold its memory for a moment; then it is tried again.
                if launched and "still in use" not in self._log_tail():
                    break
                self._launch(within_reach(find_programs(), account=self.account, can_enter=can_enter))
                launched = True
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url(name="postgres", role="postgres"), connect_timeout=5).close()
                return
            time.sleep(0.05)
        reason = (self._log_tail().splitlines() or ["没有日志"])[-1]
        raise Hindered(f"数据库没有启动：{reason}。请查看 {self.log}。")

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 2000))
            return log.read().decode("utf-8", errors="replace").strip()
        return ""

    def _make_roles_and_database(self) -> None:
        """The product is no superuser even in the demo. The owner may make databases, because tests do.

        A cluster from before there were two roles has its tables handed to the owner, once.
        """
        with psycopg.connect(self.url(name="postgres", role="postgres"), autocommit=True) as connection:
            roles = {name for (name,) in connection.execute("select rolname from pg_roles")}
            if OWNER not in roles:
                connection.execute("create role nianlun_owner login createdb")
            if ROLE not in roles:
                connection.execute("create role nianlun login")
            databases: dict[str, str] = dict(
                connection.execute("select datname, pg_get_userbyid(datdba) from pg_database").fetchall()
            )
            if ROLE not in databases:
                connection.execute("create database nianlun owner nianlun_owner")
        if databases.get(ROLE) == ROLE:
            with psycopg.connect(self.url(role="postgres"), autocommit=True) as connection:
                connection.execute("reassign owned by nianlun to nianlun_owner")
                connection.execute("alter role nianlun nocreatedb")


def embedded(var: Path | None = None) -> Server:
    """The server that belongs to this installation's `var` folder."""
    return Server(cluster_home(var or var_folder()))


@contextlib.contextmanager
def throw_away() -> Iterator[Server]:
    """A server in a temporary folder, gone with its data afterwards. For tests: it does not wait for the disk."""
    home = Path(tempfile.mkdtemp(prefix="nianlun-postgres-"))
    home.chmod(0o755)  # the server's account must pass; the data folder inside stays closed
    server = Server(home, durable=False)
    try:
        server.start()
        with psycopg.connect(server.url(name="postgres", role="postgres"), autocommit=True) as connection:
            # Tests forge the journal as a database administrator could, past its triggers.
            connection.execute("grant set on parameter session_replication_role to nianlun_owner")
        yield server
    finally:
        server.remove()


def _run(command: Sequence[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(command, check=False).returncode  # noqa: S603 the caller's own command
    with throw_away() as server:
        child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": server.url(role=OWNER)})  # noqa: S603
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda received, _frame: child.send_signal(received))
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the child got it too and closes in its own way
                return child.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m nianlun.config.postgres", description=__doc__)
    parser.add_argument("what", choices=["start", "stop", "status", "run"])
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args(arguments)
    try:
        if given.what == "run":
            return _run(given.command)
        server = embedded()
        if given.what == "start":
            sys.stdout.write(f"{server.start()}\n")
        elif given.what == "stop":
            sys.stdout.write("数据库已停止。\n" if server.stop() else "数据库没有在运行。\n")
        else:
            sys.stdout.write(f"{server.url()}\n" if server.pid() else "数据库没有在运行。\n")
            return 0 if server.pid() else 1
    except Hindered as hindrance:
        sys.stderr.write(f"{hindrance.sentence}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
