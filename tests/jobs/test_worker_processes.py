"""Real worker processes, killed and stopped in the middle of their work."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from nianlun.jobs import models, operations, queries

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).with_name("worker_process.py")


class Workers:
    """Starts and ends worker processes on the database of this test."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started = 0

    def start(self, *, lease: float | None = None) -> str:
        self.started += 1
        name = f"worker-{self.started}"
        told = connection.settings_dict
        address = (
            f"postgresql://{told['USER']}:{told['PASSWORD']}@/{told['NAME']}?host={quote(told['HOST'])}"
        )
        environment = {
            **os.environ,
            "DATABASE_URL": f"{address}&port={told['PORT']}",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        if lease:
            environment["TESTS_LEASE"] = str(lease)
        with self.log.open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, str(SCRIPT), name], env=environment, stdout=log, stderr=log
            )
        return name

    def end(self, name: str, how: int) -> float:
        """Send the signal and wait for the end; the seconds it took."""
        began = time.monotonic()
        process = self.running.pop(name)
        process.send_signal(how)
        process.wait(timeout=30)
        return time.monotonic() - began


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with connection.cursor() as cursor:
        cursor.execute("create table tests_done (what text, key text, at timestamptz)")
    own = Workers(tmp_path / "log")
    yield own
    for name in list(own.running):
        own.end(name, signal.SIGKILL)
    with connection.cursor() as cursor:
        cursor.execute("drop table tests_done")


def add(count: int, *, seconds: float, kind: str = "tests.slow") -> None:
    for number in range(count):
        operations.enqueue(kind, {"seconds": seconds}, key=str(number), at=timezone.now())


def noted(what: str) -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("select key, count(*) from tests_done where what = %s group by key", [what])
        return Counter(dict(cursor.fetchall()))


def wait_for(what: Callable[[], bool], *, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"not within {seconds} s: {queries.progress()}"
        time.sleep(0.05)


def all_finished() -> bool:
    progress = queries.progress()
    return progress.finished == progress.total


@pytest.mark.slow
def test_ten_kills_in_the_middle_of_work_lose_nothing_and_double_nothing(workers):
    chance = random.Random(20260302)
    add(60, seconds=0.3)
    for _ in range(2):
        workers.start(lease=4)
    for _ in range(10):
        victim = chance.choice(list(workers.running))
        wait_for(lambda name=victim: models.Job.objects.filter(state="held", holder=name).exists())
        time.sleep(chance.random() * 0.3)
        workers.end(victim, signal.SIGKILL)
        workers.start(lease=4)
    wait_for(all_finished, seconds=120)
    assert queries.progress().done == 60
    assert noted("done") == Counter(str(n) for n in range(60))
    assert noted("held twice") == Counter()
    assert noted("begun").total() > 60, "no kill hit a job in the middle: the test proves nothing"


def test_two_workers_never_hold_the_same_job(workers):
    add(80, seconds=0.02)
    for _ in range(3):
        workers.start()
    wait_for(all_finished)
    assert noted("begun") == noted("done") == Counter(str(n) for n in range(80))
    assert noted("held twice") == Counter()


def test_a_job_longer_than_its_lease_stays_with_its_worker(workers):
    add(1, seconds=6)
    for _ in range(2):
        workers.start(lease=2)
    wait_for(all_finished)
    assert noted("begun") == noted("done") == Counter(["0"])


def test_sigterm_lets_a_short_job_finish(workers):
    add(2, seconds=1)
    name = workers.start()
    wait_for(lambda: bool(noted("begun")))
    workers.end(name, signal.SIGTERM)
    assert noted("done").total() == 1
    assert (queries.progress().done, queries.progress().waiting) == (1, 1)


def test_sigterm_gives_a_long_job_back_within_seconds(workers):
    add(1, seconds=60)
    name = workers.start()
    wait_for(lambda: bool(noted("begun")))
    assert workers.end(name, signal.SIGTERM) < 8
    (line,) = queries.unfinished()
    assert (line.state, line.attempts) == ("waiting", 0)


def test_a_handler_that_raises_costs_one_attempt_and_its_message_stays_out_of_the_page(workers):
    add(1, seconds=0, kind="tests.broken")
    add(1, seconds=0)
    workers.start()
    wait_for(lambda: queries.progress().done == 1)
    (line,) = queries.unfinished()
    assert (line.attempts, line.state) == (1, "waiting")
    assert "ValueError" in line.sentence
    assert "张伟" not in line.sentence


def test_a_handler_without_an_effect_is_not_taken_for_done(workers):
    add(1, seconds=0, kind="tests.forgetful")
    workers.start()
    wait_for(lambda: bool(queries.unfinished()[0].sentence))
    assert queries.progress().done == 0
