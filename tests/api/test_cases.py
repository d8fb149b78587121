"""Cases over HTTP: taken in and followed by a program, decided by people."""

import json
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from tests import factories
from tests.api.conftest import Program
from tests.business import counter as counters

from nianlun.access import operations as access
from nianlun.access.models import Stop, Token
from nianlun.api.models import KeptAnswer
from nianlun.api.service import description
from nianlun.cases import type_files
from nianlun.cases.models import Action, Case, CloseCall
from nianlun.journal.models import Entry
from nianlun.registry import operations as registry

pytestmark = pytest.mark.django_db
PURPOSE = "退休待遇核定前核对档案"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
    "7753de0000000c4944415408d763f8ffff3f0005fe02fea735811d0000000049454e44ae426082"
)


@pytest.fixture
def desk(program) -> Program:
    """A program that may do all a program can."""
    return program("cases.write", "persons.read")


def taken_in(desk: Program, person, **more) -> dict:
    """A case as the program has it back after taking it in."""
    kind = "retirement"
    body = {"type": kind, "person_id": str(person.id), "details": counters.details_for(kind)}
    answer = desk.post("cases", body, key=more.pop("key", uuid4().hex))
    assert answer.status == 201, answer.content
    return answer.content


def test_a_program_takes_a_case_in_shows_its_papers_and_has_it_accepted(desk, person):
    case = taken_in(desk, person)
    assert (case["state"], case["version"]) == ("received", 1)
    kind = desk.get("cases/types/retirement", template="cases/types/{code}").content
    wanted = kind["requirements"][0]["code"]
    paper = {"version": 1, "requirement": wanted, "how": "copy_kept"}
    paper["file"] = SimpleUploadedFile("身份证.png", PNG, "image/png")
    answer = desk.move(case["number"], "materials", data=paper)
    assert answer.status == 200, answer.content
    accepted = desk.move(case["number"], "accept", {"version": 2})
    assert accepted.status == 200, accepted.content
    assert accepted.content["state"] == "first_review"
    assert accepted.content["due_on"]
    whole = desk.get(f"cases/{case['number']}", template="cases/{number}").content
    assert [each["move"] for each in whole["history"]] == ["open", "material", "accept"]
    assert {each["post"] for each in whole["history"]} == {"接口程序"}
    assert whole["materials"][0]["has_copy"]
    assert Entry.objects.filter(action="api.case_seen", person_id=person.id).count() == 1


def test_a_program_asks_for_what_is_missing_and_goes_on_when_it_came(desk, person):
    case = taken_in(desk, person)
    code = type_files.case_type("retirement", on=timezone.localdate()).requirements[0].code
    asked = desk.move(case["number"], "supplement", {"version": 1, "missing": [code], "text": "请补原件"})
    assert asked.content["state"] == "supplement"
    refused = desk.move(case["number"], "resume", {"version": 2})
    assert (refused.status, refused.problem) == (403, "not-allowed")
    assert "还缺" in refused.content["detail"]


def test_what_is_filled_in_wrongly_is_named_field_by_field(desk, person):
    body = {"type": "retirement", "person_id": str(person.id), "details": {}}
    answer = desk.post("cases", body, key=uuid4().hex)
    assert (answer.status, answer.problem) == (422, "bad-case")
    assert {each["field"].split(".")[0] for each in answer.content["errors"]} == {"details"}
    assert not Case.objects.exists()
    assert not KeptAnswer.objects.exists()


def test_who_acts_on_an_old_version_hears_the_new_one(desk, person):
    case = taken_in(desk, person)
    body = {"version": 1, "details": counters.details_for("retirement")}
    assert desk.move(case["number"], "details", body).status == 200
    stale = desk.move(case["number"], "accept", {"version": 1})
    assert (stale.status, stale.problem, stale.content["version"]) == (409, "stale", 2)
    assert Case.objects.get().state == "received"


def test_a_case_elsewhere_is_not_there_to_read_nor_to_move(desk, elsewhere, program):
    far = program("cases.write", scope=elsewhere.division)
    case = taken_in(far, factories.person(elsewhere))
    answers = [
        desk.get(f"cases/{number}", template="cases/{number}")
        for number in (case["number"], "130606-2026-999999", "x")
    ]
    answers += [
        desk.move(number, "accept", {"version": 1}) for number in (case["number"], "130606-2026-999999")
    ]
    assert {each.status for each in answers} == {404}
    assert len({json.dumps(each.content) for each in answers}) == 1
    assert desk.get("cases").content["cases"] == []
    refused = Entry.objects.filter(action="access.page_refused", outcome="refused", about_id=case["number"])
    assert refused.exists()


def test_a_case_of_others_wants_a_purpose_and_an_own_one_is_its_own(desk, program, person):
    case = taken_in(desk, person)
    other, template = program("cases.read"), "cases/{number}"
    assert desk.get(f"cases/{case['number']}", template=template).status == 200
    without = other.get(f"cases/{case['number']}", template=template)
    assert (without.status, without.content["errors"][0]["field"]) == (422, "X-Purpose")
    assert other.get(f"cases/{case['number']}", template=template, purpose=PURPOSE).status == 200
    last = Entry.objects.filter(action="api.case_seen").latest("pk")
    assert last.purpose == PURPOSE


def test_the_list_goes_on_where_the_page_before_ended(desk, person, django_assert_max_num_queries):
    numbers = [taken_in(desk, factories.person(name="李娜"))["number"] for _ in range(5)]
    found, after = [], ""
    for _ in range(3):
        page = desk.get(f"cases?limit=2&after={after}", template="cases").content
        found += [each["number"] for each in page["cases"]]
        after = page["next"] or ""
    assert found == numbers[::-1]
    assert after == ""
    assert len(desk.get("cases?state=received&type=retirement", template="cases").content["cases"]) == 5
    assert desk.get("cases?state=payment", template="cases").content["cases"] == []
    assert desk.get("cases?state=gone", template="cases").status == 422
    assert desk.get("cases?after=130606-2026-999999", template="cases").status == 404
    with django_assert_max_num_queries(12):
        desk.get("cases")
    assert Entry.objects.filter(action="api.cases_listed").exists()
    assert desk.get("cases/counts").content["counts"]["pool"] == 5


def test_a_token_for_reading_changes_nothing(program, person, desk):
    case = taken_in(desk, person)
    reader = program("cases.read")
    assert reader.move(case["number"], "accept", {"version": 1}).status == 403
    body = {"type": "retirement", "person_id": str(person.id), "details": {}}
    assert reader.post("cases", body, key=uuid4().hex).status in (403, 404)
    assert Case.objects.get().version == 1


def test_no_address_takes_a_separate_step():
    moves = {path.rsplit("/", 1)[1] for path in description()["paths"] if "{number}/" in path}
    assert moves == {"details", "materials", "accept", "supplement", "resume"}


def test_a_program_cannot_say_that_an_original_was_seen(desk, person):
    case = taken_in(desk, person)
    code = type_files.case_type("retirement", on=timezone.localdate()).requirements[0].code
    answer = desk.move(
        case["number"], "materials", data={"version": 1, "requirement": code, "how": "original_seen"}
    )
    assert answer.status == 422
    assert "copy_kept" in answer.content["detail"]


def test_a_file_that_is_no_paper_is_not_taken(desk, person):
    case = taken_in(desk, person)
    code = type_files.case_type("retirement", on=timezone.localdate()).requirements[0].code
    paper = {"version": 1, "requirement": code, "how": "copy_kept"}
    paper["file"] = SimpleUploadedFile("a.png", b"MZ\x90\x00 no picture", "image/png")
    answer = desk.move(case["number"], "materials", data=paper)
    assert answer.status == 403
    assert Case.objects.get().version == 1


# The same request again


def test_the_same_key_and_body_are_answered_again_and_done_once(desk, person):
    key = uuid4().hex
    first = taken_in(desk, person, key=key)
    again = taken_in(desk, person, key=key)
    assert again == first
    assert Case.objects.count() == 1
    for _ in range(2):
        moved = desk.move(first["number"], "accept", {"version": 1}, key="same-key-1")
        assert moved.status == 200, moved.content
    assert moved.headers["Idempotent-Replayed"] == "true"
    assert Action.objects.filter(move="accept").count() == 1


def test_a_key_with_another_body_is_refused(desk, person):
    case = taken_in(desk, person)
    assert desk.move(case["number"], "accept", {"version": 1}, key="same-key-2").status == 200
    answer = desk.move(case["number"], "accept", {"version": 2}, key="same-key-2")
    assert (answer.status, answer.problem) == (422, "key-taken")
    answer = desk.move(case["number"], "resume", {"version": 1}, key="same-key-2")
    assert answer.problem == "key-taken"


@pytest.mark.parametrize("key", ["", "short", "有汉字的标识", "x" * 101])
def test_without_a_key_nothing_is_done(desk, person, key):
    case = taken_in(desk, person)
    answer = desk.post(
        f"cases/{case['number']}/accept", {"version": 1}, template="cases/{number}/accept", key=key
    )
    assert (answer.status, answer.problem) == (400, "no-key")
    assert Case.objects.get().version == 1


def test_a_key_is_the_programs_own(desk, program, person):
    key = uuid4().hex
    taken_in(desk, person, key=key)
    taken_in(program("cases.write"), person, key=key)
    assert Case.objects.count() == 2


def test_what_was_refused_may_be_sent_again_under_its_key(desk, person):
    case = taken_in(desk, person)
    assert desk.move(case["number"], "accept", {"version": 9}, key="same-key-3").status == 409
    assert desk.move(case["number"], "accept", {"version": 1}, key="same-key-3").status == 200


def test_a_kept_answer_names_nobody_and_is_gone_after_a_day(desk, person):
    taken_in(desk, person, key="same-key-4")
    kept = KeptAnswer.objects.get()
    assert person.name not in json.dumps(kept.content, ensure_ascii=False)
    assert str(person.id) not in json.dumps(kept.content)
    long_ago = timezone.now() - timedelta(days=2)
    KeptAnswer.objects.update(at=long_ago, until=long_ago + timedelta(days=1))
    taken_in(desk, person, key="same-key-5")
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["same-key-5"]
    assert (
        taken_in(desk, person, key="same-key-4")["number"] == kept.content["number"]
    )  # still the one case


def test_what_fails_before_its_answer_is_kept_has_no_effect(desk, person, monkeypatch):
    def killed(*_: object, **__: object) -> None:
        raise SystemExit("kill")

    case = taken_in(desk, person)
    with monkeypatch.context() as patched:
        patched.setattr("nianlun.api.case_answers.receipt", killed)
        with pytest.raises(SystemExit):
            desk.move(case["number"], "accept", {"version": 1}, key="same-key-6")
    assert Case.objects.get().state == "received"
    assert desk.move(case["number"], "accept", {"version": 1}, key="same-key-6").status == 200


@pytest.mark.django_db(transaction=True)
def test_two_at_once_under_one_key_take_effect_once(desk, person):
    statuses, start = [], threading.Barrier(4)
    body = {
        "type": "retirement",
        "person_id": str(person.id),
        "details": counters.details_for("retirement"),
    }

    def send() -> None:
        start.wait()
        try:
            answer = Program(desk.token).post("cases", body, key="same-key-7")
            statuses.append((answer.status, answer.content["number"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 4
    assert len(set(statuses)) == 1
    assert Case.objects.count() == 1


# Persons


def test_a_person_is_found_by_number_for_a_purpose_and_masked(desk, person):
    wanted = {"personal_number": person.personal_number}
    found = desk.post("persons/find", wanted, purpose=PURPOSE)
    assert found.status == 200
    assert found.content["identity_number"] == person.masked_identity_number
    assert "•" in found.content["identity_number"]
    assert Entry.objects.get(action="api.person_found").purpose == PURPOSE
    assert desk.post("persons/find", wanted).status == 422
    assert desk.post("persons/find", wanted, purpose="aaaa").status == 422


def test_a_person_elsewhere_and_one_unknown_are_answered_alike(desk, elsewhere):
    far = factories.person(elsewhere)
    answers = [
        desk.post("persons/find", {"personal_number": number}, purpose=PURPOSE)
        for number in (far.personal_number, "P000000000")
    ]
    assert [each.status for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert Entry.objects.filter(action="access.page_refused", outcome="refused").count() == 2


def test_a_program_whose_queries_are_stopped_reads_nobody(desk, person):
    row = Token.objects.get()
    Stop.objects.create(account_id=row.account_id, since=timezone.now(), reason="一小时内查阅过多")
    answer = desk.post("persons/find", {"personal_number": person.personal_number}, purpose=PURPOSE)
    assert (answer.status, answer.problem) == (403, "not-allowed")
    assert "停用" in answer.content["detail"]


def test_a_program_that_looks_at_too_many_is_stopped_in_the_same_words(desk, person, monkeypatch):
    from nianlun.access.domain import QueriesStopped

    def too_many(*_: object, **__: object) -> None:
        raise QueriesStopped("一小时内查阅超过 60 人")

    monkeypatch.setattr("nianlun.api.seeing.admit", too_many)
    answer = desk.post("persons/find", {"personal_number": person.personal_number}, purpose=PURPOSE)
    assert answer.status == 403
    assert Stop.objects.filter(account_id=Token.objects.get().account_id).exists()
    assert not Entry.objects.filter(action="api.person_found").exists()


def test_revoking_ends_a_token_for_its_next_request(desk, viewer):
    assert desk.get("cases/counts").status == 200
    access.revoke_token(viewer("security_officer"), Token.objects.get().pk, at=timezone.now())
    assert desk.get("cases/counts").status == 401


def test_what_separation_refuses_a_program_is_kept_once(desk, person):
    case = taken_in(desk, person)
    account = Token.objects.get().account_id
    registry.link_login(by=None, account_id=account, person_id=person.id, at=factories.START)
    for kept in (1, 2):
        answer = desk.move(case["number"], "accept", {"version": 1})
        assert answer.status == 403 and "回避" in answer.content["detail"]
        assert CloseCall.objects.count() == kept
    assert Entry.objects.filter(action="cases.separation_refused").count() == 2
