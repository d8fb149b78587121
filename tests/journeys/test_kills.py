"""Ten times kill -9 of the worker and of the web server while files come in: each is filed exactly once."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from tests.journeys.small_city import PERSONS, SEED
from tests.journeys.system import PATIENCE, System, installation

from nianlun.config.children import birth
from nianlun.kernel.digests import digest_bytes
from nianlun.sample.city import build_city
from nianlun.sample.inbox import as_pdf
from nianlun.sample.papers import all_papers
from nianlun.sample.truth import render_paper

pytestmark = pytest.mark.slow

DPI = 75  # small pages are read in a second; what they say does not matter here
GOOD, KILLS = 10, 10
OWNER = "张伟"
LEFT_BEHIND: list[tuple[int, str]] = []
"""What killed processes had started."""


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """An installation of its own: agencies, persons and accounts, no archives."""
    with installation("registers") as made:
        yield made


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Small scans, a paper of two pages, and three files that must be refused and kept."""
    papers = all_papers(build_city(seed=SEED, persons=PERSONS))
    scans = [render_paper(paper, dpi=DPI, damage=0) for paper in papers[: GOOD + 8]]
    single = [pages[0].jpeg for pages in scans if len(pages) == 1][:GOOD]
    double = as_pdf(next(pages for pages in scans if len(pages) > 1), dpi=DPI)
    good = {f"页{number:02d}.jpg": data for number, data in enumerate(single)} | {"合同.pdf": double}
    return good | {"空.jpg": b"", "说明.jpg": "不是图片".encode(), "断.pdf": double[: len(double) // 2]}


REFUSED = {"空.jpg", "说明.jpg", "断.pdf"}


class Archivist:
    """王海 at a program that sends files again and again until they are taken."""

    def __init__(self, system: System) -> None:
        self.system, self.jar = system, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        [(account,)] = system.rows("SELECT id FROM access_account WHERE name = %s", "王海")
        self.ask("/personas/")
        self.ask("/personas/", {"account": str(account)})
        self.ask("/sign-in/second/", {"second_factor.demo": "yes"})
        self.batch = re.sub(
            r".*/batches/", "/batches/", self.ask("/batches/", {"title": "一箱", "person": OWNER})
        )

    def ask(
        self, path: str, form: dict[str, str] | None = None, files: dict[str, bytes] | None = None
    ) -> str:
        """Where the answer came from."""
        headers = {"Referer": self.system.address}
        body = None
        if form is not None or files:
            token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken") or ""
            body = b"".join(
                f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                for name, value in {"csrfmiddlewaretoken": token, **(form or {})}.items()
            )
            for name, data in (files or {}).items():
                body += f'--B\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
                body += data + b"\r\n"
            body += b"--B--\r\n"
            headers["Content-Type"] = "multipart/form-data; boundary=B"
        request = Request(self.system.address + path, body, headers)  # noqa: S310  our own address
        with self.opener.open(request, timeout=PATIENCE) as answer:
            answer.read()
            return str(answer.url)

    def hand_in(self, files: dict[str, bytes]) -> None:
        """Send files until they have been answered; a broken connection proves nothing about them."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                self.ask(f"{self.batch}files/", files=files)
            except HTTPError as error:
                assert error.code < 500, error
            except (URLError, ConnectionError, TimeoutError, OSError):
                time.sleep(0.2)
                continue
            return
        raise AssertionError("the web server did not come back")


def busy(system: System) -> bool:
    return bool(system.rows("SELECT 1 FROM jobs_job WHERE state = 'held' LIMIT 1"))


def kill_while_busy(system: System, name: str, *, rng: Random) -> None:
    """kill -9 at some moment of the work, then start again as the supervisor would."""
    until = time.monotonic() + 10
    while name == "worker" and not busy(system) and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(rng.random() * 0.8)
    LEFT_BEHIND.extend(children_of(getattr(system, name).pid))
    system.kill(name)
    (system.start_worker if name == "worker" else system.start_web)()


def children_of(parent: int) -> list[tuple[int, str]]:
    """The processes that a process has started, each with its time of birth."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if file.read_text(errors="replace").rpartition(")")[2].split()[1] == str(parent):
                found.append((int(file.parent.name), birth(int(file.parent.name))))
    return found


@pytest.fixture(scope="module")
def survived(system: System, files: dict[str, bytes]) -> System:
    """The system after ten kills, with all work done that can be done."""
    archivist, rng = Archivist(system), Random(SEED)
    waiting = list(files.items())
    for number in range(KILLS):
        some, waiting = dict(waiting[:2]), waiting[2:]
        sending = Thread(target=archivist.hand_in, args=(some,)) if some else None
        if sending:
            sending.start()
        kill_while_busy(system, "web" if number % 2 else "worker", rng=rng)
        if sending:
            sending.join()
    system.wait_until_healthy()
    finish(system)
    return system


def finish(system: System) -> None:
    until = time.monotonic() + PATIENCE
    while left := system.rows(
        "SELECT kind, state, attempts FROM jobs_job WHERE state IN ('waiting', 'held')"
    ):
        assert time.monotonic() < until, (left, system.log("worker"))
        time.sleep(0.5)


def counts(system: System) -> dict[str, Any]:
    return {
        table: system.rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
        for table in (
            "archives_item",
            "archives_page",
            "digitization_reading",
            "evidence_claim",
            "vault_storedobject",
        )
    }


def test_every_good_file_is_one_item_with_one_reading_a_page_and_its_claims_once(
    survived: System, files: dict[str, bytes]
):
    wanted = {digest_bytes(data).sha512 for name, data in files.items() if name not in REFUSED}
    assert sorted(survived.rows("SELECT sha512, count(*) FROM archives_item GROUP BY 1")) == sorted(
        (sha512, 1) for sha512 in wanted
    )
    pages = survived.rows(
        "SELECT p.id, count(DISTINCT r.id), count(DISTINCT c.id), coalesce(max(c.number), 0) FROM archives_page p "
        "LEFT JOIN digitization_reading r ON r.page_id = p.id LEFT JOIN evidence_claim c ON c.page_id = p.id GROUP BY 1"
    )
    assert len(pages) >= GOOD + 2
    assert all(readings == 1 and claims == last for _, readings, claims, last in pages)
    assert sum(claims for _, _, claims, _ in pages) > GOOD
    assert survived.rows("SELECT kind, sentence FROM jobs_job WHERE state = 'failed'") == []


def test_every_refused_file_is_kept_with_its_reason(survived: System, files: dict[str, bytes]):
    told = dict(survived.rows("SELECT name, sentence FROM digitization_sheet WHERE state = 'refused'"))
    kept = {path.read_bytes() for path in (survived.var / "quarantine").iterdir()}
    for name in REFUSED - {"空.jpg"}:  # of an empty file there is nothing to keep
        assert told[name].endswith("。")
        assert files[name] in kept
    refusals = survived.rows(
        "SELECT details ->> 'name' FROM journal_entry WHERE action = 'digitization.file_refused'"
    )
    assert {name for (name,) in refusals} == REFUSED


def test_no_file_is_left_between_the_stations(survived: System):
    assert survived.rows("SELECT name FROM digitization_sheet WHERE state NOT IN ('read', 'refused')") == []
    refused = survived.rows("SELECT count(*) FROM digitization_sheet WHERE state = 'refused'")[0][0]
    assert (
        len(list((survived.var / "quarantine").glob("[!.]*"))) <= refused + KILLS
    )  # parts of broken uploads


def test_the_vault_is_sound(survived: System):
    checked = survived.run("verify", "--json")
    found = json.loads(checked.stdout)
    assert (checked.returncode, found["sound"], found["objects"]) == (0, True, GOOD + 1), checked.stdout


def test_no_process_of_the_killed_ones_lives_on(survived: System):
    until = time.monotonic() + 30
    while (left := [one for one in LEFT_BEHIND if birth(one[0]) == one[1]]) and time.monotonic() < until:
        time.sleep(0.5)
    assert LEFT_BEHIND and left == []


def test_taking_a_folder_in_by_command_tells_each_file_and_again_adds_nothing(
    survived: System, files: dict[str, bytes], tmp_path: Path, ingest: Callable[[Path], tuple[int, Any]]
):
    new = render_paper(all_papers(build_city(seed=SEED, persons=PERSONS))[-1], dpi=DPI, damage=0)[0].jpeg
    for name, data in {"新.jpg": new, "页00.jpg": files["页00.jpg"], "说明.jpg": files["说明.jpg"]}.items():
        (tmp_path / name).write_bytes(data)
    status, told = ingest(tmp_path)
    by_name = {line["file"]: line for line in told["files"]}
    assert status == 1  # one was refused
    assert {name: line["outcome"] for name, line in by_name.items()} == {
        "新.jpg": "filed", "页00.jpg": "duplicate", "说明.jpg": "refused",
    }  # fmt: skip
    fresh = by_name["新.jpg"]
    assert fresh["sha512"] == digest_bytes(new).sha512 and fresh["pages"] == 1 and fresh["claims"] > 0
    assert (
        fresh["archival_code"] and by_name["页00.jpg"]["archival_code"] and by_name["说明.jpg"]["sentence"]
    )
    before = counts(survived)
    _, again = ingest(tmp_path)
    assert {line["file"]: line["outcome"] for line in again["files"]}["新.jpg"] == "duplicate"
    assert counts(survived) == before


@pytest.fixture
def ingest(survived: System) -> Callable[[Path], tuple[int, Any]]:
    """`nianlun ingest FOLDER --person … --json`: its exit status and what it printed."""
    person = survived.city["persons"]["delayed"]

    def run(folder: Path) -> tuple[int, Any]:
        done = survived.run("ingest", str(folder), "--person", person, "--json")
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run
