"""The vault's pages: what a keeper sees without seeing what is in the files, and what an archivist sees besides."""

import dataclasses

import pytest
from django.db import transaction
from django.urls import reverse
from tests import factories

from nianlun.desk.pages import vault_incidents
from nianlun.journal import queries as journal
from nianlun.kernel.cipher import KeyMissing
from nianlun.vault import (
    checking,
    copies,
    destroying,
    incidents,
    keeping,
    operations,
    queries,
    restoring,
    runs,
    schedules,
)
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import ObjectCopy
from nianlun.vault.ocfl import Damaged

pytestmark = pytest.mark.django_db
OBJECT = "urn:nianlun:roster:0190b2b4-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def two_locations(folders, settings):
    settings.VAULT_COPIES = {"offsite": str(folders / "offsite")}


@pytest.fixture
def stored(now):
    operations.store(OBJECT, {"original.xlsx": b"PK"}, by=None, message="导入缴费名册", at=now)
    return OBJECT


@pytest.fixture
def keeper(client_of, viewer):
    return client_of(viewer("keeper", name="石磊"))


def text(client, name, *args, query=""):
    answer = client.get(reverse(f"desk:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def damage(object_id, now):
    (page,) = queries.root().folder_of(object_id).glob("v1/content/0*")
    page.write_bytes(b"x")
    checking.verify(None, at=now)
    return incidents.incidents(only_open=True)[0].id


def test_an_empty_vault_says_what_fills_it(keeper):
    assert "库里还没有对象" in text(keeper, "vault")
    assert "库里还没有对象" in text(keeper, "vault-objects")
    assert "还没有核对过" in text(keeper, "vault-checks")
    assert "没有待处置的事故" in text(keeper, "vault-incidents")


def test_the_overview_names_what_is_behind_and_why(keeper, stored, now):
    page = text(keeper, "vault")
    assert "缺 1 个" in page
    away = copies.Arrival(
        object_pk=ObjectCopy.objects.get(location="offsite").object_id,
        object_id=stored,
        location="offsite",
        version=0,
        problem="磁盘没有挂上",
    )
    copies.note([away], at=now)
    assert "磁盘没有挂上" in text(keeper, "vault")
    assert "磁盘没有挂上" in text(keeper, "vault-object", stored)
    copies.fill("offsite", at=now)
    assert "缺 1 个" not in text(keeper, "vault")


def test_a_keeper_can_have_a_location_caught_up_and_an_auditor_cannot(keeper, client_of, viewer, stored):
    address = reverse("desk:vault-catch-up")
    assert keeper.post(address, {"location": "offsite"}).status_code == 302
    assert "已安排补齐offsite" in text(keeper, "vault")
    assert client_of(viewer("auditor")).post(address, {"location": "offsite"}).status_code == 404
    assert keeper.post(address, {"location": "moon"}).status_code == 302
    assert "设置里没有叫“moon”的存放处" in text(keeper, "vault")


def test_the_object_page_tells_versions_files_and_copies(keeper, stored):
    page = text(keeper, "vault-object", stored)
    for said in ("第 1 版", "导入缴费名册", "年轮系统", "original.xlsx", "SHA-512", "SM3", "还没有写入"):
        assert said in page


def test_an_object_nobody_stored_is_not_found(keeper):
    for address in ("nowhere", "urn:nianlun:item:../../etc"):
        assert keeper.get(reverse("desk:vault-object", args=[address])).status_code == 404


def test_titles_are_for_those_who_may_see_the_item(file_paper, keeper, client_of, viewer, elsewhere, now):
    from nianlun.archives import queries as archives

    item_id = file_paper(birth_date="1966-04-28")
    item = archives.items([item_id])[item_id]
    operations.store(item.vault_object, {"original.jpg": b"1"}, by=None, message="入库", at=now)
    archivist, stranger = (
        client_of(viewer("archivist")),
        client_of(viewer("archivist", scope=elsewhere.division)),
    )
    for client, sees in ((archivist, True), (stranger, False), (keeper, False)):
        assert (item.title in text(client, "vault-objects")) is sees
        assert (item.title in text(client, "vault-object", item.vault_object)) is sees
        assert item.vault_object in text(client, "vault-object", item.vault_object)
    assert item.code in text(archivist, "vault-objects", query=f"?q={item.code}")
    assert "没有符合的对象" in text(keeper, "vault-objects", query=f"?q={item.code}")
    assert item.vault_object in text(keeper, "vault-objects", query=f"?q={item.vault_object}")
    assert any("题名" in line.what for line in journal.entries(scope="13", limit=50))


def test_the_list_is_filtered_and_paged_without_losing_the_filter(keeper, now, monkeypatch):
    from nianlun.desk.pages import vault_objects

    monkeypatch.setattr(vault_objects, "PER_PAGE", 2)
    for number in range(5):
        operations.store(
            f"urn:nianlun:item:{number}",
            {"a": b"%d" % number},
            by=None,
            message="入库",
            at=now,
            secrecy=Secrecy.PUBLIC if number else Secrecy.INTERNAL,
        )
    seen, address = [], "?secrecy=public"
    while address:
        page = text(keeper, "vault-objects", query=address)
        seen += [number for number in range(5) if f"urn:nianlun:item:{number}<" in page]
        more = page.partition('rel="next"')[0].rpartition("<a href=")[2] if 'rel="next"' in page else ""
        address = more.strip('" ').partition("objects/")[2].replace("&amp;", "&")
    assert sorted(seen) == [1, 2, 3, 4]
    assert "urn:nianlun:item:4<" not in text(keeper, "vault-objects", query="?condition=damaged")
    for odd in ("?before=x", "?before=99999999999999999999", "?secrecy=top", "?condition=no", "?q=%27%25"):
        text(keeper, "vault-objects", query=odd)


def test_the_list_costs_the_same_however_long_it_is(keeper, now, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(40) as counted:
            text(keeper, "vault-objects")
        return len(counted)

    operations.store("urn:nianlun:item:0", {"a": b"0"}, by=None, message="入库", at=now)
    cost()  # the first visit also notes the session
    few = cost()
    for number in range(1, 9):
        operations.store(
            f"urn:nianlun:item:{number}", {"a": b"%d" % number}, by=None, message="入库", at=now
        )
    assert cost() == few


def test_a_check_is_begun_watched_paused_and_cancelled(keeper, stored):
    answer = keeper.post(reverse("desk:vault-check-start"), {"location": "primary", "pace": "5"})
    [run] = runs.latest()
    assert answer["Location"] == reverse("desk:vault-run", args=[run.id])
    assert "最快 5 MB/秒" in text(keeper, "vault-run", run.id)
    assert "hx-get" in text(keeper, "vault-run-progress", run.id)
    for word, said in (("pause", "已暂停"), ("continue", "进行中"), ("cancel", "已取消")):
        keeper.post(reverse("desk:vault-run-step", args=[run.id]), {"step": word})
        assert said in text(keeper, "vault-run", run.id)
    keeper.post(reverse("desk:vault-run-step", args=[run.id]), {"step": "pause"})
    assert "不能暂停" in text(keeper, "vault-run", run.id)
    assert keeper.post(reverse("desk:vault-run-step", args=[run.id]), {"step": "?"}).status_code == 404


@pytest.mark.parametrize("pace", ["0", "-1", "快", "9999999999"])
def test_a_pace_nobody_can_read_at_is_answered_in_words(keeper, stored, pace):
    keeper.post(reverse("desk:vault-check-start"), {"location": "primary", "pace": pace})
    assert "单位 MB/秒" in text(keeper, "vault-checks")
    assert runs.latest() == []


def test_a_schedule_is_set_shown_and_ended(keeper, stored):
    address = reverse("desk:vault-schedule")
    keeper.post(address, {"location": "offsite", "every_days": "30", "pace": ""})
    assert "每 30 天" in text(keeper, "vault-checks")
    assert "每 30 天" in text(keeper, "vault")
    keeper.post(address, {"location": "offsite", "every_days": "x"})
    assert "周期应是" in text(keeper, "vault-checks")
    keeper.post(address, {"location": "offsite", "step": "end"})
    assert schedules.schedules() == {}


def test_an_incident_is_on_top_of_everything_and_restored_with_one_press(keeper, stored, now):
    copies.fill("offsite", at=now)
    incident_id = damage(stored, now)
    page = text(keeper, "vault")
    assert "待处置的事故" in page and stored in page
    assert "用完好的一份恢复" in text(keeper, "vault-incident", incident_id)
    for _ in range(2):
        keeper.post(reverse("desk:vault-restore", args=[incident_id]))
    page = text(keeper, "vault-incident", incident_id)
    assert "来源：offsite" in page and "不用再做" in page and "用完好的一份恢复" not in page
    assert "没有待处置的事故" in text(keeper, "vault-incidents")
    assert stored in text(keeper, "vault-incidents", query="?all=1")
    assert stored not in text(keeper, "vault")


def test_without_a_whole_copy_the_page_says_so_and_what_to_do(keeper, stored, now, settings):
    settings.VAULT_COPIES = {}
    incident_id = damage(stored, now)
    keeper.post(reverse("desk:vault-restore", args=[incident_id]))
    page = text(keeper, "vault-incident", incident_id)
    assert "没有一处的这个对象是完好的" in page and "离线介质" in page


@pytest.mark.parametrize(
    "fault", [OSError(5, "Input/output error"), Damaged("目录与它的摘要不符。"), KeyMissing("没有类密钥。")]
)
def test_a_disk_that_fails_while_restoring_is_answered_in_words(keeper, stored, now, monkeypatch, fault):
    copies.fill("offsite", at=now)
    incident_id = damage(stored, now)

    def fails(*args, **how):
        raise fault

    monkeypatch.setattr(restoring, "restore", fails)
    assert keeper.post(reverse("desk:vault-restore", args=[incident_id])).status_code == 302
    assert (fault.strerror if isinstance(fault, OSError) else str(fault)) in text(
        keeper, "vault-incident", incident_id
    )


def test_a_list_of_incidents_found_at_one_moment_is_paged_to_its_end(keeper, now, monkeypatch):
    monkeypatch.setattr(vault_incidents, "PER_PAGE", 2)
    for number in range(5):
        operations.store(f"urn:nianlun:item:{number}", {"a": b"%d" % number}, by=None, message="m", at=now)
        (page,) = queries.root().folder_of(f"urn:nianlun:item:{number}").glob("v1/content/*a*")
        page.unlink()
    checking.verify(None, at=now)
    seen, address = [], "?"
    while address:
        page = text(keeper, "vault-incidents", query=address)
        seen += [number for number in range(5) if f"urn:nianlun:item:{number}<" in page]
        more = page.partition('rel="next"')[0].rpartition("<a href=")[2] if 'rel="next"' in page else ""
        address = more.strip('" ').partition("incidents/")[2].replace("&amp;", "&")
    assert sorted(seen) == [0, 1, 2, 3, 4]
    for odd in ("?after=x", f"?after={OBJECT}", "?after=0190b2b4-0000-7000-8000-000000000001"):
        text(keeper, "vault-incidents", query=odd)


def test_an_incident_of_what_was_destroyed_since_asks_nobody_to_restore_it(
    keeper, client_of, viewer, stored, now
):
    incident_id = damage(stored, now)
    asked = destroying.propose(stored, "销毁清册 2026-03", by=viewer("archivist"), at=now)
    destroying.decide(asked, approve=True, by=viewer("leader", name="周岭"), at=now)
    page = text(keeper, "vault-incident", incident_id)
    assert "周岭" in page and "依法销毁" in page and "用完好的一份恢复" not in page
    assert "对象已销毁" in text(keeper, "vault-incidents", query="?all=1")


def test_locations_are_called_by_words_people_use(keeper, stored, now, settings):
    settings.VAULT_LABELS = {"offsite": "异地副本"}
    copies.fill("offsite", at=now)
    incident_id = damage(stored, now)
    restoring.restore(incident_id, by=factories.staff("keeper"), at=now)
    pages = [
        text(keeper, name, *args)
        for name, *args in (
            ("vault",),
            ("vault-checks",),
            ("vault-objects",),
            ("vault-object", stored),
            ("vault-incident", incident_id),
            ("vault-run", runs.latest()[0].id),
        )
    ]
    assert all("主库" in page for page in pages)
    assert all("异地副本" in page for page in pages[:5])
    for page in pages:
        assert ">primary" not in page and ">offsite" not in page


def test_the_overview_tells_how_much_is_lost_and_what_waits_to_be_kept(keeper, stored, now, folders):
    queries.root().folder_of(stored).rename(folders / "aside")
    checking.verify(None, at=now)
    with transaction.atomic():
        keeping.changed([stored], at=now)
    page = text(keeper, "vault")
    assert "其中 1 份上次核对时已不在" in page
    assert page.partition("等待补写的随件记录")[2].partition("</dd>")[0].endswith(">1")


def test_a_check_that_waits_for_its_location_says_so(keeper, stored, now, folders):
    run_id = runs.request_run("primary", by=None, at=now)
    runs.conclude(
        dataclasses.replace(runs.read_slice(run_id), copies=(), found=(), hindered="磁盘没有挂上"),
        number=0,
        at=now,
    )
    assert "磁盘没有挂上" in text(keeper, "vault-run", run_id)


def test_who_only_reads_sees_no_buttons(client_of, viewer, stored, now):
    auditor = client_of(viewer("auditor"))
    incident_id = damage(stored, now)
    assert "用完好的一份恢复" not in text(auditor, "vault-incident", incident_id)
    assert "开始" not in text(auditor, "vault-checks").partition("<main")[2].partition("最近的核对")[0]
    assert auditor.post(reverse("desk:vault-restore", args=[incident_id])).status_code == 404


@pytest.mark.parametrize("role", ["clerk", "reviewer", "scanner", "security_officer"])
def test_others_find_no_vault_at_all(client_of, viewer, role):
    client = client_of(viewer(role))
    for name in ("vault", "vault-objects", "vault-checks", "vault-incidents"):
        assert client.get(reverse(f"desk:{name}")).status_code == 404
    assert (
        "档案库"
        not in client.get(reverse("desk:home"))
        .content.decode()
        .partition("<main")[0]
        .partition("主导航")[2]
    )


def test_destruction_takes_two_people_and_a_tick(client_of, viewer, stored):
    archivist, leader = (
        client_of(viewer("archivist", name="王海")),
        client_of(viewer("leader", name="周岭")),
    )
    archivist.post(reverse("desk:vault-destroy", args=[stored]), {"authority": ""})
    assert "销毁依据" in text(archivist, "vault-object", stored)
    archivist.post(reverse("desk:vault-destroy", args=[stored]), {"authority": "销毁清册 2026-03"})
    [asked] = destroying.of_object(stored)
    assert "销毁清册 2026-03" in text(leader, "vault")
    decide = reverse("desk:vault-destroy-decide", args=[asked.id])
    assert archivist.post(decide, {"decision": "approve", "sure": "yes"}).status_code == 404
    leader.post(decide, {"decision": "approve"})
    assert "不能撤回" in text(leader, "vault-object", stored)
    leader.post(decide, {"decision": "approve", "sure": "yes"})
    page = text(leader, "vault-object", stored)
    assert "周岭 处理于" in page and "依法销毁" in page and "提出销毁" not in page
    assert "还没有在各处生效" in text(leader, "vault")


def test_a_refused_destruction_says_why(client_of, viewer, stored):
    archivist, leader = client_of(viewer("archivist")), client_of(viewer("leader"))
    archivist.post(reverse("desk:vault-destroy", args=[stored]), {"authority": "销毁清册 2026-03"})
    decide = reverse("desk:vault-destroy-decide", args=[destroying.of_object(stored)[0].id])
    leader.post(decide, {"decision": "refuse"})
    assert "不同意的理由" in text(leader, "vault-object", stored)
    leader.post(decide, {"decision": "refuse", "reason": "还在核对"})
    assert "理由：还在核对" in text(archivist, "vault-object", stored)


def test_what_stands_against_destroying_an_item_is_said_before_anybody_asks(
    file_paper, client_of, viewer, now
):
    from nianlun.archives import queries as archives

    item = archives.items([item_id := file_paper(birth_date="1966-04-28")])[item_id]
    operations.store(item.vault_object, {"original.jpg": b"1"}, by=None, message="入库", at=now)
    page = text(client_of(viewer("archivist")), "vault-object", item.vault_object)
    assert "现在不能销毁" in page
    assert 'name="authority"' not in page
