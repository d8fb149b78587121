"""Two hundred sign-ins at once: how many are computed and how many told to come back, what memory that takes, and how
long somebody waits meanwhile who opens another page (S1.1).

    python -m benchmarks.sign_in [--at-once 200]

The web server runs as in an installation. Each attempt has a login and a source of its own, so that neither lock nor
limit spares the server a computation. `floor` is one sign-in alone, in the same run.
"""

import argparse
import http.client
import json
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from tests.journeys.system import PATIENCE, System, end_group, installation

Attempt = tuple[int, float]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    with installation("few") as system:
        _behind_a_proxy(system)
        figures = _measured(system, at_once=args.at_once)
    if args.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>22}: {value:,}" if isinstance(value, int) else f"{name:>22}: {value:,.1f}")


def _behind_a_proxy(system: System) -> None:
    """Start the web server anew, believing the source this program claims."""
    assert system.web is not None
    system.web.terminate()
    system.web.wait()
    end_group(system.web.pid)
    system.environment["NIANLUN_TRUSTED_PROXIES"] = "127.0.0.1/32"
    system.start_web()
    system.wait_until_healthy()


def _measured(system: System, *, at_once: int) -> dict[str, float]:
    floor = statistics.median(_attempt(system, number=number)[1] for number in range(5))
    before, peak = _memory(system), [0]
    attempts: list[Attempt] = []
    others: list[float] = []
    over, start = threading.Event(), threading.Barrier(at_once)

    def one(number: int) -> None:
        token = _token(system)
        start.wait()
        attempts.append(_attempt(system, number=number, token=token))

    def watch() -> None:
        while not over.is_set():
            peak[0] = max(peak[0], _memory(system))
            time.sleep(0.02)

    def look() -> None:
        while not over.is_set():
            begun = time.perf_counter()
            status, _ = _ask(system, "GET", "/verify/")
            assert status == 200, status
            others.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(100, 100 + at_once)]
    beside = [threading.Thread(target=watch), threading.Thread(target=look)]
    for thread in (*beside, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    for thread in beside:
        thread.join()
    statuses = Counter(status for status, _ in attempts)
    assert set(statuses) <= {403, 503}, statuses
    return {
        "at once": at_once,
        "computed": statuses[403],
        "told to come back": statuses[503],
        "floor ms": floor,
        "longest ms": max(taken for _, taken in attempts),
        "memory before MiB": before / 2**20,
        "memory more MiB": (peak[0] - before) / 2**20,
        "other page median ms": statistics.median(others),
        "other page longest ms": max(others),
    }


def _attempt(system: System, *, number: int, token: str = "") -> Attempt:
    token = token or _token(system)
    form = urlencode({"username": f"nobody{number}", "password": "wrong", "csrfmiddlewaretoken": token})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={token}",
        "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
    }
    begun = time.perf_counter()
    status, _ = _ask(system, "POST", "/sign-in/", body=form, headers=headers)
    return status, (time.perf_counter() - begun) * 1000


def _token(system: System) -> str:
    _, cookies = _ask(system, "GET", "/sign-in/")
    found = re.search(r"csrftoken=(\w+)", cookies)
    assert found
    return found[1]


def _ask(
    system: System, method: str, path: str, *, body: str = "", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", system.port, timeout=PATIENCE)
    try:
        connection.request(method, path, body or None, headers or {})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Set-Cookie", "")
    finally:
        connection.close()


def _memory(system: System) -> int:
    """What all processes of the web server hold, in bytes."""
    assert system.web is not None
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == system.web.pid:
                held = re.search(r"VmRSS:\s+(\d+)", (folder / "status").read_text())
                total += int(held[1]) * 1024 if held else 0
        except OSError:
            continue  # gone since it was listed
    return total


if __name__ == "__main__":
    main()
