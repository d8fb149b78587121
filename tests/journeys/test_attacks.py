"""What a careless or hostile sender does is answered in words, changes nothing twice, and is never a fault of ours."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from tests.journeys.browser import Visitor
from tests.journeys.system import System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
PURPOSE = "退休待遇核定前核对档案"


HUNG_UP = 499
"""Our word for a server that closes the connection while it is still being sent to."""


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """Leave a redirection as it is."""


def sender(visitor: Visitor) -> Callable[[str, dict[str, str]], int]:
    """Send a form as this visitor, from any thread; the answer's status."""
    cookies = {c["name"]: c["value"] for c in visitor.context.cookies()}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Referer": visitor.system.address,
    }
    opener = build_opener(_Stay)

    def send(path: str, form: dict[str, str]) -> int:
        body = urlencode({"csrfmiddlewaretoken": cookies.get("csrftoken", ""), **form}).encode()
        try:
            with opener.open(Request(visitor.system.address + path, body, headers)) as answer:  # noqa: S310  our own
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except URLError:
            return HUNG_UP

    return send


def at_once(*calls: Callable[[], int]) -> list[int]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


def test_two_people_deciding_one_claim_at_once_leave_one_value_and_both_decisions(
    visit: Visit, system: System
):
    first, second = sender(visit("王海")), sender(visit("李敏"))
    item = system.item("contested")
    claim = system.rows("SELECT id FROM evidence_claim WHERE item_id = %s AND kind = 'unit'", item)[0][0]
    path = f"/review/claims/{claim}/"
    answers = at_once(
        *[lambda n=n: first(path, {"decision": "rewrite", "value": f"甲厂{n}"}) for n in range(4)],
        *[lambda n=n: second(path, {"decision": "rewrite", "value": f"乙厂{n}"}) for n in range(4)],
    )
    assert set(answers) == {302}
    [(value, by)] = system.rows("SELECT value, first_by_id FROM evidence_claim WHERE id = %s", claim)
    last = system.rows(
        "SELECT value, by_id FROM evidence_decision WHERE claim_id = %s ORDER BY id DESC LIMIT 1", claim
    )
    assert last == [(value, by)]
    assert system.rows("SELECT count(*) FROM evidence_decision WHERE claim_id = %s", claim) == [(8,)]


def test_submitting_and_confirming_twice_counts_once(visit: Visit, system: System):
    first, second = sender(visit("王海")), sender(visit("陈静"))
    item = system.item("contested")
    for (claim,) in system.rows("SELECT id FROM evidence_claim WHERE item_id = %s", item):
        first(f"/review/claims/{claim}/", {"decision": "unreadable"})
    path = f"/review/{item}/conclude/"
    assert set(at_once(*[lambda: first(path, {"step": "submit"})] * 5)) == {302}
    claim = system.rows("SELECT id FROM evidence_claim WHERE item_id = %s", item)[0][0]
    late = f"/review/claims/{claim}/"
    answers = at_once(
        *[lambda: second(path, {"step": "confirm"})] * 4,
        *[lambda: first(late, {"decision": "rewrite", "value": "丙厂"})] * 4,
    )
    assert max(answers) < 500
    for action in ("evidence.examination_submitted", "evidence.examination_confirmed"):
        found = system.rows(
            "SELECT count(*) FROM journal_entry WHERE action = %s AND about_id = %s", action, item
        )
        assert found == [(1,)], action
    assert system.rows("SELECT DISTINCT state FROM evidence_claim WHERE item_id = %s", item) == [
        ("set_aside",)
    ]


def test_a_ruling_proposed_twice_at_once_waits_once(visit: Visit, system: System):
    clerk = visit("李敏")
    person = system.city["persons"]["army"]
    clerk.go(f"/people/{person}/purpose/")
    clerk.state_purpose(PURPOSE)
    send = sender(clerk)
    path = f"/people/{person}/rulings/work_start/"
    assert max(at_once(*[lambda: send(path, {"step": "rule"})] * 5)) < 500
    found = system.rows(
        "SELECT count(*) FROM evidence_ruling WHERE person_id = %s AND kind = 'work_start' AND state = 'proposed'",
        person,
    )
    assert found in ([(0,)], [(1,)])


ODD_ADDRESSES = (
    "/search/?q=%00",
    "/search/?q=" + quote("周" * 500),
    "/search/?q=%ff%fe",
    "/search/?q=" + quote("'; DROP TABLE x; --%_\\"),
    "/people/?q=%00",
    "/people/?after=%00",
    "/people/?q=" + quote("﷽" * 60),
    "/registers/business/?page=99999999999999999999",
    "/registers/business/?page=" + quote("９"),
    "/registers/business/?q=%00",
    "/registers/x/",
    "/review/?state=%00",
    "/people/{zhou}/why/%00/",
    "/people/{zhou}/why/" + "x" * 300 + "/",
    "/people/{zhou}/months/x/",
    "/people/{zhou}/rulings/x/",
    "/people/{zhou}/purpose/?next=//evil.example/",
    "/review/{shown}/?page=-1&claim=%00",
    "/review/{shown}/?page=" + "9" * 5,
    "/review/{shown}/?page=" + quote("²"),
    "/batches/?person=%00",
    "/staff/99999999999999999999/",
    "/personas/?next=%00",
    "/static/../../etc/passwd",
    "/healthz/%2e%2e/desk/",
    "/sign-in/?next=" + "x" * 6000,
)


@pytest.mark.parametrize("address", ODD_ADDRESSES, ids=range(len(ODD_ADDRESSES)))
def test_odd_addresses_are_answered_in_words(visit: Visit, system: System, address: str):
    clerk = visit("李敏")
    zhou = system.city["persons"]["zhou"]
    clerk.fetch(f"/people/{zhou}/purpose/", purpose=PURPOSE)
    answer = clerk.fetch(address.format(zhou=zhou, shown=system.item("shown")))
    assert answer.status in (200, 302, 404, 400, 422), address
    assert "evil.example" not in answer.headers.get("location", "")


ODD_FORMS = (
    ("/review/claims/{claim}/", {"decision": "rewrite", "value": "厂" * 5000}),
    ("/review/claims/{claim}/", {"decision": "rewrite", "value": "厂\x00"}),
    ("/review/claims/{claim}/", {"decision": "rewrite", "value": " "}),
    ("/review/claims/{claim}/", {"decision": "destroy"}),
    ("/review/claims/{claim}/", {}),
    ("/review/claims/{claim}/", {"decision": "accept", "polygon": "[[0,0],[NaN,1],[1,1]]"}),
    ("/review/claims/{claim}/", {"decision": "accept", "polygon": "[[1e999,0],[0,1],[1,1]]"}),
    ("/review/claims/{claim}/", {"decision": "accept", "polygon": "[" * 100_000}),
    ("/review/claims/{claim}/", {"decision": "accept", "polygon": '{"a": 1}'}),
    ("/review/claims/{claim}/", {"decision": "accept", "polygon": "7"}),
    ("/review/claims/{date}/", {"decision": "rewrite", "value": "9999999999-99-99"}),
    ("/review/claims/{date}/", {"decision": "rewrite", "value": "0000-00-00"}),
    ("/review/pages/{page}/claims/", {"kind": "employment", "value": "x"}),
    ("/review/pages/{page}/claims/", {"kind": "\x00", "value": "x"}),
    ("/review/pages/{page}/claims/", {"kind": "name", "value": "\x00"}),
    ("/review/pages/{page}/claims/", {"kind": "name", "value": "名" * 400}),
    ("/review/{shown}/attribute/", {"person": "\x00"}),
    ("/review/{shown}/attribute/", {"person": "' OR 1=1"}),
    ("/review/{shown}/conclude/", {"step": "rescan", "reason": "\x00\x00"}),
    ("/review/{shown}/conclude/", {"step": "return", "reason": "x"}),
    ("/review/{shown}/conclude/", {"step": "x"}),
    ("/people/{zhou}/purpose/", {"purpose": "事由\x00事由事由"}),
    ("/people/019b76da-0000-7000-8000-000000000000/purpose/", {"purpose": PURPOSE}),
    ("/people/{zhou}/rulings/birth_date/", {"claim": "x", "reason": "y" * 20}),
    (
        "/people/{zhou}/rulings/birth_date/",
        {"claim": "{foreign}", "reason": "这一条是别人的，不该能用来认定。"},
    ),
    ("/people/{zhou}/rulings/birth_date/", {"claim": "{own}", "reason": "理由\x00" + "由" * 20}),
    ("/people/{zhou}/rulings/birth_date/", {"claim": "{own}", "reason": "由" * 5000}),
    ("/batches/", {"title": "\x00", "person": ""}),
    ("/batches/", {"title": "题" * 1000, "category": "\x00"}),
    ("/batches/", {"title": "x", "person": "\x00"}),
    ("/look/", {"look": "\x00", "next": "//evil.example/"}),
    ("/look/", {"look": "dark", "next": "\x00"}),
    ("/sign-in/", {"username": "\x00", "password": "\x00"}),
    ("/sign-in/", {"username": "a" * 10_000, "password": "b" * 100_000}),
    ("/personas/", {"account": "9" * 30}),
    ("/personas/", {"account": "0"}),
    ("/contributions/import/confirm/", {"x": "1"}),
    ("/contributions/import/", {"x": "1"}),
)


@pytest.mark.parametrize(("address", "form"), ODD_FORMS, ids=range(len(ODD_FORMS)))
def test_odd_forms_are_answered_in_words(visit: Visit, system: System, address: str, form: dict[str, str]):
    sent = visit("王海" if address.startswith("/batches/") else "李敏")
    zhou, shown = system.city["persons"]["zhou"], system.item("shown")

    def claim(kind: str, **of: str) -> str:
        [(column, value)] = of.items()
        statement = f"SELECT id, page_id FROM evidence_claim WHERE kind = %s AND {column} = %s LIMIT 1"  # noqa: S608
        return str(system.rows(statement, kind, value)[0][0])

    ids = {
        "zhou": zhou,
        "shown": shown,
        "claim": claim("unit", item_id=shown),
        "date": claim("birth_date", item_id=shown),
        "own": claim("birth_date", person_id=zhou),
        "foreign": claim("birth_date", person_id=system.city["persons"]["army"]),
        "page": str(system.rows("SELECT page_id FROM evidence_claim WHERE item_id = %s", shown)[0][0]),
    }
    sent.fetch(f"/people/{zhou}/purpose/", purpose=PURPOSE)
    filled = {
        name: value.format(**ids) if value in ("{own}", "{foreign}") else value
        for name, value in form.items()
    }
    status = sender(sent)(address.format(**ids), filled)
    assert status < 500, (status, system.log("web"))


def test_a_field_of_25_megabytes_is_refused(visit: Visit):
    clerk = visit("王海")
    assert sender(clerk)("/batches/", {"title": "x" * 25_000_000}) in (400, 413, HUNG_UP)
    clerk.go("/batches/")


def test_names_that_climb_folders_stay_names(visit: Visit, system: System):
    archivist = visit("王海")
    archivist.go("/batches/")
    archivist.page.fill("#title", "怪名字")
    archivist.click("button.main:has-text('开批次')")
    batch = archivist.path
    names = [
        "../../../etc/cron.d/x.jpg",
        "/etc/passwd",
        "..\\..\\x.jpg",
        "a\x01b.jpg",
        "名" * 300 + ".jpg",
        "‮gpj.exe",
    ]
    answer = archivist.upload(
        f"{batch}files/", [(name, f"{n} 不是图片".encode()) for n, name in enumerate(names)]
    )
    assert answer.status in (200, 302)
    kept = [path.name for path in (system.var / "quarantine").iterdir()]
    assert all(set(name) <= set("0123456789abcdef") for name in kept)
    shown = [
        name
        for (name,) in system.rows(
            "SELECT s.name FROM digitization_sheet s JOIN digitization_batch b ON b.id = s.batch_id WHERE b.title = %s",
            "怪名字",
        )
    ]
    assert shown and not any("/" in name or "\\" in name or len(name) > 200 for name in shown)


def test_a_form_without_the_token_of_our_pages_is_refused(visit: Visit, system: System):
    clerk = visit("李敏")
    answer = clerk.context.request.post(f"{system.address}/sign-out/", form={"csrfmiddlewaretoken": "x"})
    assert answer.status == 403 and "请" in answer.text()
    assert clerk.fetch("/desk/").status == 200
