"""The page of the journal, for the auditor alone."""

import pytest
from django.utils import timezone

from nianlun.journal import domain, operations
from nianlun.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
SHOWN = domain.declare("tests.shown", "把 {about} 放进了第 {box} 盒")


def test_the_auditor_reads_sentences_and_that_is_journaled(viewer, client_of):
    clerk = viewer("clerk", name="李静")
    operations.record(
        SHOWN, by=clerk, about="<b>卷</b>", details={"box": 7}, purpose="整理入库", at=timezone.now()
    )
    text = client_of(viewer("auditor", name="孙审")).get("/journal/").content.decode()
    assert "把 &lt;b&gt;卷&lt;/b&gt; 放进了第 7 盒" in text
    assert "整理入库" in text
    entry = Entry.objects.order_by("-pk").first()
    assert (entry.action, entry.name) == ("journal.entries_read", "孙审")
    assert entry.rows >= 1


@pytest.mark.parametrize("role", ["clerk", "archivist", "reviewer", "leader", "system_officer", "insured"])
def test_for_everybody_else_there_is_no_such_page(viewer, client_of, role):
    assert client_of(viewer(role)).get("/journal/").status_code == 404


def test_filters_that_cannot_be_read_say_how_to_write_them(viewer, client_of):
    client = client_of(viewer("auditor"))
    answer = client.get("/journal/", {"person": "张伟", "since": "去年", "until": "9999-12-31"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "参保人标识应为 36 位" in text
    assert "起始日应写成 2026-11-23 这样" in text
    assert 'value="张伟"' in text


@pytest.mark.parametrize(
    "value", ["\x00", "'; DROP TABLE journal_entry; --", "9" * 5000, "%", "2026-02-31"]
)
@pytest.mark.parametrize("name", ["action", "name", "person", "outcome", "since", "until", "before"])
def test_no_filter_makes_a_fault(viewer, client_of, name, value):  # S7.5
    expected = {400} if value == "\x00" else {200, 422}
    assert client_of(viewer("auditor")).get("/journal/", {name: value}).status_code in expected


def test_older_entries_are_one_click_away(viewer, client_of):
    clerk = viewer("clerk")
    for _ in range(60):
        operations.record(SHOWN, by=clerk, about="卷", details={"box": 1}, at=timezone.now())
    client = client_of(viewer("auditor"))
    text = client.get("/journal/", {"action": "tests.shown"}).content.decode()
    assert text.count("放进了第 1 盒") == 50
    older = text.split('" rel="next">')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
    assert client.get(older).content.decode().count("放进了第 1 盒") == 10
