"""Identifiers that sort by time."""

import time
from concurrent.futures import ThreadPoolExecutor

from nianlun.kernel.identifiers import uuid7


def test_an_identifier_is_a_uuid_of_version_7_that_holds_the_time():
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert abs((made.int >> 80) - time.time_ns() // 1_000_000) < 60_000


def test_later_ones_sort_later_however_fast_they_are_made():
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)


def test_threads_never_make_the_same_twice():
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: uuid7(), range(8_000)))
    assert len(set(made)) == len(made)


def test_a_clock_that_runs_back_does_not_disturb_the_order(monkeypatch):
    before = uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert uuid7() > before
