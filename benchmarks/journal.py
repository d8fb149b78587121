"""The journal: entries a second from four writing processes beside a bare INSERT of the same row by psycopg in the same
run, sequencing and verification a second, and the time of one proof.

On a server of its own that waits for the disk as production does; `--fill` entries are put into the log for the proofs.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

WRITERS = 4
PERSON = UUID("6f0c4a52-0000-4000-8000-000000000001")
FILL = """
INSERT INTO journal_entry (at, account_id, role, role_label, name, agency_name, scope, action, about, about_id,
    person_id, purpose, rows, outcome, address, details, salt, digest)
SELECT at, account_id, role, role_label, name, agency_name, scope, action, about, about_id, person_id, purpose, rows,
    outcome, address, details, salt, digest
FROM (SELECT * FROM journal_entry ORDER BY id LIMIT 1000) AS first, generate_series(1, %s)
"""


class Role:
    value, label = "clerk", "经办"


class Clerk:
    account_id, role, name, agency_name, scope = 7, Role, "李敏", "保定市莲池区养老保险经办处", "130606"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=2000, help="of each writer")
    parser.add_argument("--fill", type=int, default=200_000, help="entries to verify and to prove in")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    with _server() as url:
        os.environ["DATABASE_URL"] = url
        os.environ["DJANGO_SETTINGS_MODULE"] = "nianlun.config.settings.test"
        figures = _measured(entries=args.entries, fill=args.fill)
    if args.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<52} {value:>12,.1f}")


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """A server in a temporary folder that does wait for the disk, unlike that of the tests."""
    from nianlun.config.postgres import OWNER, Server

    home = Path(tempfile.mkdtemp(prefix="nianlun-bench-"))
    home.chmod(0o755)
    server = Server(home)
    try:
        server.start()
        yield server.url(role=OWNER)
    finally:
        server.remove()


def _measured(*, entries: int, fill: int) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from nianlun.journal import operations, queries
    from nianlun.kernel.merkle import verify_inclusion

    call_command("migrate", verbosity=0)
    figures: dict[str, float] = {}
    for each in (1, 10):
        for what, name in (("bare", "bare INSERT"), ("record", "record")):
            figures[f"{name}, {each} a transaction, {WRITERS} writers, entries/s"] = _written(
                what, entries=entries, each=each
            )
    operations.sequence(at=datetime.now(UTC))
    before = queries.log_size()
    with connection.cursor() as cursor:
        cursor.execute(FILL, [fill // 1000])
    began = time.perf_counter()
    placed = operations.sequence(at=datetime.now(UTC))
    figures["sequencing, entries/s"] = placed / (time.perf_counter() - began)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for processes in (1, 2):
        began = time.perf_counter()
        queries.verify_log(processes=processes)
        figures[f"verification, {processes} process(es), entries/s"] = (before + placed) / (
            time.perf_counter() - began
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM journal_leaf WHERE position %% %s = 7", [max(1, fill // 50)])
        some = [number for (number,) in cursor.fetchall()]
    times = []
    for number in some:
        began = time.perf_counter()
        proof = queries.inclusion(number)
        times.append((time.perf_counter() - began) * 1000)
        verify_inclusion(
            proof.leaf, index=proof.position, size=proof.size, path=proof.path, root=proof.root
        )
    figures[f"inclusion proof among {before + placed:,}, median ms"] = statistics.median(times)
    times = []
    for size in range(1, before + placed, max(1, fill // 50)):
        began = time.perf_counter()
        queries.consistency(size, before + placed)
        times.append((time.perf_counter() - began) * 1000)
    figures[f"consistency proof among {before + placed:,}, median ms"] = statistics.median(times)
    return figures


def _written(what: str, *, entries: int, each: int) -> float:
    """Entries a second of all writers together."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(WRITERS)
    with context.Pool(WRITERS, initializer=_ready, initargs=(gate,)) as pool:
        spans = pool.map(_write, [(what, entries, each)] * WRITERS, chunksize=1)
    return WRITERS * (entries // each * each) / (max(e for _, e in spans) - min(b for b, _ in spans))


def _ready(gate: object) -> None:
    import django

    django.setup()
    _gates.append(gate)


_gates: list[object] = []


def _write(asked: tuple[str, int, int]) -> tuple[float, float]:
    """Begin and end, by the clock all processes share."""
    what, entries, each = asked
    from django.db import connection, transaction

    from nianlun.journal import domain, operations
    from nianlun.journal.operations import entries as writing

    deed = domain.declare("benchmarks.read", "查看 {about}")
    at = datetime.now(UTC)
    said = {
        "by": Clerk,
        "about": "周桂兰",
        "about_id": str(PERSON),
        "person_id": PERSON,
        "purpose": "退休前核对档案",
    }
    with transaction.atomic():  # the row that the bare INSERT repeats
        operations.record(deed, **said, rows=1, details={"page": "3"}, at=at)
        with connection.cursor() as cursor:
            columns = ", ".join(writing.COLUMNS)
            cursor.execute(f"SELECT {columns} FROM journal_entry ORDER BY id DESC LIMIT 1")  # noqa: S608
            row = list(cursor.fetchone())
    _gates[0].wait()
    began = time.monotonic()
    if what == "bare":
        import psycopg
        from psycopg.types.json import Jsonb

        row[writing.COLUMNS.index("details")] = Jsonb({"page": "3"})
        link = psycopg.connect(os.environ["DATABASE_URL"])
        for _ in range(entries // each):
            for _ in range(each):
                link.execute(writing.INSERT, row)
            link.commit()
    else:
        for _ in range(entries // each):
            with transaction.atomic():
                for _ in range(each):
                    operations.record(deed, **said, rows=1, details={"page": "3"}, at=at)
    return began, time.monotonic()


if __name__ == "__main__":
    sys.exit(main())
