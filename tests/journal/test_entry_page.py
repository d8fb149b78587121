"""One entry on its page: all it says, its place proved on opening, its receipt; and what is left of a destroyed one."""

import json

import pytest
from django.db import connection, transaction
from django.urls import reverse

from nianlun.journal import domain, operations, queries
from nianlun.journal.models import Entry
from nianlun.kernel.receipts import Receipt, check

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.access.urls")]
MOVED = domain.declare("tests.moved", "把 {about} 移到第 {shelf} 架")


@pytest.fixture
def deed(viewer, now):
    """An entry that stands in the signed log."""
    with transaction.atomic():
        number = operations.record(
            MOVED, by=viewer("clerk", name="李静"), about="<b>卷</b>", details={"shelf": 7, "盒": ["一", "二"]},
            purpose="整理入库", at=now,
        )  # fmt: skip
    operations.sequence(at=now)
    return number


@pytest.fixture
def auditor(client_of, viewer):
    return client_of(viewer("auditor", name="孙审"))


def page(client, number: int) -> str:
    answer = client.get(reverse("journal:entry", args=[number]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_everything_the_entry_says_and_its_proved_place(auditor, deed):
    text = page(auditor, deed)
    for word in (
        "把 &lt;b&gt;卷&lt;/b&gt; 移到第 7 架",
        "整理入库",
        "李静",
        "已核对",
        "[&#34;一&#34;, &#34;二&#34;]",
    ):
        assert word in text, word
    assert queries.inclusion(deed).leaf.hex() in text
    assert f'href="{reverse("journal:entry", args=[deed])}"' in auditor.get("/journal/").content.decode()


def test_opening_it_and_taking_the_receipt_are_journaled(auditor, deed):
    page(auditor, deed)
    auditor.get(reverse("journal:receipt", args=[deed]))
    told = [line.what for line in queries.entries(scope="1", name="孙审")]
    assert told == [f"下载操作日志第 {deed} 号的回执", f"查看操作日志第 {deed} 号"]


def test_the_receipt_holds_without_us(auditor, deed):
    answer = auditor.get(reverse("journal:receipt", args=[deed]))
    assert "attachment" in answer["Content-Disposition"]
    receipt = Receipt.from_json(answer.content.decode())
    assert check(receipt, trusted=[queries.log_key().vkeys[0]]).size >= receipt.leaf_index
    assert json.loads(receipt.said)[7] == MOVED


def test_an_entry_that_waits_says_so_and_has_no_receipt_yet(auditor, viewer, now):
    with transaction.atomic():
        number = operations.record(MOVED, by=viewer("clerk"), about="卷", at=now)
    assert "还在等待排进日志" in page(auditor, number)
    answer = auditor.get(reverse("journal:receipt", args=[number]))
    assert answer.status_code == 409 and "等待入日志" in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_entry SET purpose = '别的' WHERE id = %s",
        "UPDATE journal_entry SET digest = decode(repeat('00', 32), 'hex') WHERE id = %s",
    ],
)
def test_an_entry_that_was_altered_is_seen_on_opening(auditor, deed, change):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change, [deed])
    text = page(auditor, deed)
    assert "请保全现场" in text and "已核对" not in text


def test_a_destroyed_content_tells_by_whom_and_on_what_authority(auditor, deed, viewer, now):
    operations.destroy_contents(
        [deed], authority="保档销〔2026〕3号", by=viewer("archivist", name="王档"),
        approved_by=viewer("leader", name="赵批"), at=now,
    )  # fmt: skip
    text = page(auditor, deed)
    for word in ("保档销〔2026〕3号", "王档", "赵批", "内容已依法销毁", "已核对"):
        assert word in text, word
    assert "整理入库" not in text
    answer = auditor.get(reverse("journal:receipt", args=[deed]))
    assert answer.status_code == 409 and "依法销毁" in answer.content.decode()


def test_an_entry_emptied_by_nobody_is_called_out(auditor, deed):
    blank = domain.emptied_content(at=Entry.objects.get(pk=deed).at)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Entry.objects.filter(pk=deed).update(
            salt=b"", **{name: getattr(blank, name) for name in domain.Content.__dataclass_fields__}
        )
    assert "没有依法销毁的记录" in page(auditor, deed)


def test_other_roles_other_scopes_and_numbers_that_are_not_there_find_nothing(client_of, viewer, deed):
    for role in ("clerk", "leader", "security_officer", "insured"):
        assert client_of(viewer(role)).get(reverse("journal:entry", args=[deed])).status_code == 404
    far = client_of(viewer("auditor", scope="130102"))
    for name in ("journal:entry", "journal:receipt"):
        assert far.get(reverse(name, args=[deed])).status_code == 404
    near = client_of(viewer("auditor"))
    for number in (deed + 999, 2**63, 10**30, 0):
        assert near.get(reverse("journal:entry", args=[number])).status_code == 404
