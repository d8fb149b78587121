"""Fixity runs and schedules: everything is read, once, however often it is interrupted."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from tests import factories
from vault_corpus import NOON

from nianlun.access.domain import Refused
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.journal.models import Entry
from nianlun.vault import checking, incidents, locations, operations, queries, runs, schedules
from nianlun.vault.models import FixityRun, ObjectCopy, StoredObject

pytestmark = pytest.mark.django_db
KINDS = [runs.CHECK_SLICE, schedules.DUE_CHECK]
IDS = [f"urn:nianlun:item:{number}" for number in range(5)]


@pytest.fixture(autouse=True)
def five_objects(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    for number, object_id in enumerate(IDS):
        operations.store(object_id, {"a": b"%d" % number}, by=None, message="入库", at=NOON)


@pytest.fixture
def keeper():
    return factories.staff("keeper", name="石磊")


def step(*, at=NOON):
    """Do one job that is due; whether there was any."""
    job = jobs.lease(kinds=KINDS, holder="test", at=at)
    if job is not None:
        handlers()[job.kind](job, at)
    return job is not None


def work(*, at=NOON):
    done = 0
    while step(at=at):
        done += 1
        assert done < 30, "the jobs never end"
    return done


def damage(object_id):
    (page,) = queries.root().folder_of(object_id).glob("v1/content/*a*")
    page.write_bytes(b"x")


def begin(keeper, *, pace=None, at=NOON):
    return runs.request_run("primary", pace=pace, by=keeper, at=at)


def journaled(action):
    return Entry.objects.filter(action=action).count()


def test_a_run_reads_everything_and_says_so(keeper):
    run_id = begin(keeper)
    assert (runs.run(run_id).state, runs.run(run_id).objects_total) == ("running", 5)
    work()
    run = runs.run(run_id)
    assert (run.state, run.sound, run.objects_read, run.damaged) == ("finished", True, 5, 0)
    assert (run.bytes_read, run.requested_by, run.findings) == (5, "石磊", ())
    assert set(ObjectCopy.objects.values_list("sound", "checked_at")) == {(True, NOON)}
    assert journaled("vault.check_requested") == journaled("vault.verified") == 1


def test_whoever_asks_twice_gets_the_run_under_way(keeper):
    assert begin(keeper) == begin(factories.staff("archivist"))
    work()
    assert FixityRun.objects.count() == 1


def test_damage_becomes_an_incident_once_and_is_journaled_once(keeper):
    damage(IDS[2])
    begin(keeper)
    work()
    later = NOON + timedelta(days=1)
    second = begin(keeper, at=later)
    work(at=later)
    [incident] = incidents.incidents()
    assert (incident.object_id, incident.location, incident.found_at) == (IDS[2], "primary", NOON)
    assert [finding.code for finding in incident.findings] == ["E092"]
    assert journaled("vault.damage_found") == 1
    assert (runs.run(second).sound, runs.run(second).damaged) == (False, 1)
    assert incidents.open_count() == 1


def test_an_object_that_is_gone_is_an_incident_and_one_nobody_knows_is_told(keeper, tmp_path):
    folder = queries.root().folder_of(IDS[0])
    folder.rename(tmp_path / "aside")
    StoredObject.objects.filter(object_id=IDS[1]).update(object_id="urn:nianlun:item:renamed")
    run_id = begin(keeper)
    work()
    codes = {(finding.object, finding.code) for finding in runs.run(run_id).findings}
    assert {(IDS[0], "NE010"), ("urn:nianlun:item:renamed", "NE010"), (IDS[1], "NW010")} == codes


def test_an_object_mended_by_hand_closes_its_incident(keeper, tmp_path):
    folder = queries.root().folder_of(IDS[0])
    folder.rename(tmp_path / "aside")
    begin(keeper)
    work()
    assert incidents.open_count() == 1
    (tmp_path / "aside").rename(folder)
    later = NOON + timedelta(days=1)
    begin(keeper, at=later)
    work(at=later)
    [incident] = incidents.incidents()
    assert (incident.is_open, incident.restored_from) == (False, incidents.BY_ITSELF)


def test_a_killed_slice_is_repeated_and_what_was_checked_is_not_read_again(keeper, monkeypatch):
    monkeypatch.setattr(runs, "SLICE_OBJECTS", 2)
    read = []
    honest = checking._check_copy
    monkeypatch.setattr(
        checking,
        "_check_copy",
        lambda copy, files, **how: (read.append(copy.pk), honest(copy, files, **how))[1],
    )
    run_id = begin(keeper)
    step()
    job = jobs.lease(kinds=KINDS, holder="killed", at=NOON)
    runs.read_slice(run_id)  # the process dies here, with nothing written
    assert len(read) == 4
    work(at=NOON + timedelta(minutes=1))
    assert runs.run(run_id).objects_read == 5
    assert len(read) == 7  # the two of the killed slice, and no other, were read twice
    assert job is not None


def test_those_longest_unchecked_come_first(keeper, monkeypatch):
    monkeypatch.setattr(runs, "SLICE_OBJECTS", 1)
    for days, object_id in enumerate(IDS[:4]):
        ObjectCopy.objects.filter(object__object_id=object_id).update(
            checked_at=NOON - timedelta(days=days + 1), sound=True
        )
    begin(keeper)
    order = []
    while step():
        order += [
            copy.object.object_id
            for copy in ObjectCopy.objects.filter(checked_at=NOON).select_related("object")
            if copy.object.object_id not in order
        ]
    assert order == [IDS[4], IDS[3], IDS[2], IDS[1], IDS[0]]


def test_a_pause_holds_and_going_on_continues_where_it_was(keeper, monkeypatch):
    monkeypatch.setattr(runs, "SLICE_OBJECTS", 2)
    run_id = begin(keeper)
    step()
    runs.pause(run_id, by=keeper, at=NOON)
    work()
    assert (runs.run(run_id).state, runs.run(run_id).objects_read) == ("paused", 2)
    with pytest.raises(Refused, match="已暂停"):
        runs.pause(run_id, by=keeper, at=NOON)
    assert begin(keeper) == run_id  # a paused run is still the one of its location
    runs.go_on(run_id, by=keeper, at=NOON)
    work()
    assert (runs.run(run_id).state, runs.run(run_id).objects_read) == ("finished", 5)


def test_paused_and_continued_within_one_slice_counts_nothing_twice(keeper, monkeypatch):
    monkeypatch.setattr(runs, "SLICE_OBJECTS", 2)
    run_id = begin(keeper)
    job = jobs.lease(kinds=KINDS, holder="slow", at=NOON)
    slow = runs.read_slice(run_id)
    runs.pause(run_id, by=keeper, at=NOON)
    runs.go_on(run_id, by=keeper, at=NOON)
    work()
    with jobs.effect(job):
        runs.conclude(slow, number=0, at=NOON)
    work()
    assert (runs.run(run_id).state, runs.run(run_id).objects_read) == ("finished", 5)


def test_a_cancelled_run_ends_and_another_can_begin(keeper):
    run_id = begin(keeper)
    runs.cancel(run_id, by=keeper, at=NOON)
    work()
    assert (runs.run(run_id).state, runs.run(run_id).sound) == ("cancelled", None)
    assert begin(keeper) != run_id


def test_pace_is_kept_by_waiting_between_slices(keeper, monkeypatch):
    monkeypatch.setattr(runs, "SLICE_SECONDS", 2)
    monkeypatch.setattr(runs, "MEGABYTE", 1)  # a byte a second
    run_id = begin(keeper, pace=1)
    assert step()
    assert runs.run(run_id).objects_read == 2  # no more in one slice than its time allows
    assert not step(at=NOON + timedelta(seconds=1))
    assert step(at=NOON + timedelta(seconds=2))


@pytest.mark.parametrize("pace", [0, -1, 1_000_000])
def test_a_pace_that_is_none_is_refused(keeper, pace):
    with pytest.raises(Refused, match="MB/秒"):
        begin(keeper, pace=pace)


@pytest.fixture
def unmount(tmp_path):
    def change(*, away):
        if away:
            (tmp_path / "vault").rename(tmp_path / "unmounted")
            (tmp_path / "vault").mkdir()
        else:
            (tmp_path / "vault").rmdir()
            (tmp_path / "unmounted").rename(tmp_path / "vault")

    return change


def test_a_location_that_is_away_is_waited_for_and_no_object_is_blamed(keeper, unmount):
    run_id = begin(keeper)
    unmount(away=True)
    work()
    run = runs.run(run_id)
    assert (run.state, run.objects_read, run.findings) == ("running", 0, ())
    assert "磁盘是否挂上" in run.hindered
    assert incidents.open_count() == 0
    unmount(away=False)
    assert not step(at=NOON + timedelta(seconds=59))
    work(at=NOON + timedelta(minutes=1))
    assert (runs.run(run_id).sound, runs.run(run_id).hindered) == (True, "")


def test_the_longer_a_location_is_away_the_less_often_it_is_tried_and_only_once_journaled(keeper, unmount):
    begin(keeper)
    unmount(away=True)
    tried = [minute for minute in range(4 * 60) if step(at=NOON + timedelta(minutes=minute))]
    assert tried == [0, 1, 6, 21, 81, 141, 201]
    assert journaled("vault.check_stopped") == 1


def test_a_check_paused_and_continued_while_the_location_is_away_still_ends_once(keeper, unmount):
    run_id = begin(keeper)
    unmount(away=True)
    for _ in range(3):
        work()
        runs.pause(run_id, by=keeper, at=NOON)
        runs.go_on(run_id, by=keeper, at=NOON)
    unmount(away=False)
    for minute in range(30):
        work(at=NOON + timedelta(minutes=minute))
    assert runs.run(run_id).state == "finished"
    assert journaled("vault.verified") == 1


def test_two_who_read_the_end_of_a_check_end_it_once(keeper):
    run_id = begin(keeper)
    step()
    ends = [
        runs.read_slice(run_id),
        runs.read_slice(run_id),
    ]  # as if a person had paused and gone on meanwhile
    with transaction.atomic():
        for end in ends:
            runs.conclude(end, number=1, at=NOON)
    assert [end.last for end in ends] == [True, True]
    assert journaled("vault.verified") == 1


def test_an_outage_costs_a_schedule_no_later_check(keeper, unmount):
    schedules.set_schedule("primary", every_days=1, pace=None, by=keeper, at=NOON)
    unmount(away=True)
    work(at=NOON + timedelta(days=1))
    unmount(away=False)
    for days in (2, 3, 4):
        work(at=NOON + timedelta(days=days, minutes=1))
    assert {run.state for run in runs.latest()} == {"finished"}
    assert set(ObjectCopy.objects.values_list("checked_at", flat=True)) == {
        NOON + timedelta(days=4, minutes=1)
    }


def test_a_check_whose_job_has_failed_for_good_goes_on_when_somebody_asks_again(keeper):
    run_id = begin(keeper)
    job = jobs.lease(kinds=KINDS, holder="test", at=NOON)
    jobs.fail(job, sentence="数据库断开", at=NOON, for_good=True)
    later = NOON + timedelta(days=1)
    assert begin(keeper, at=later) == run_id
    work(at=later)
    assert runs.run(run_id).state == "finished"


def test_a_location_that_goes_away_half_way_keeps_what_was_read(keeper, monkeypatch):
    from nianlun.vault.ocfl.faults import Unreachable
    from nianlun.vault.ocfl.folder_store import FolderStore

    asked = []

    def answers_twice(store, object_id, **how):
        asked.append(object_id)
        if len(asked) > 2:
            raise Unreachable("存放处不应答。")
        return []

    with monkeypatch.context() as gone:
        gone.setattr(FolderStore, "verify", answers_twice)
        run_id = begin(keeper)
        work()
    run = runs.run(run_id)
    assert (run.state, run.objects_read, run.hindered) == ("running", 2, "存放处不应答。")
    assert incidents.open_count() == 0
    work(at=NOON + timedelta(minutes=1))
    assert (runs.run(run_id).sound, runs.run(run_id).objects_read) == (True, 5)


def test_one_object_nobody_can_make_sense_of_keeps_no_other_from_being_checked(keeper, monkeypatch):
    from nianlun.vault.ocfl.folder_store import FolderStore

    honest = FolderStore.verify

    def stumbles(store, object_id, **how):
        if object_id == IDS[0]:
            raise ValueError("v²")
        return honest(store, object_id, **how)

    monkeypatch.setattr(FolderStore, "verify", stumbles)
    damage(IDS[1])
    run_id = begin(keeper)
    work()
    run = runs.run(run_id)
    assert (run.state, run.sound, run.objects_read, run.damaged) == ("finished", False, 5, 2)
    assert {incident.object_id for incident in incidents.incidents()} == set(IDS[:2])


def test_a_file_name_that_is_no_text_is_damage_like_any_other(keeper):
    Path(os.fsdecode(os.fsencode(queries.root().folder_of(IDS[0])) + b"/\xff\xfe")).touch()
    run_id = begin(keeper)
    work()
    [incident] = incidents.incidents()
    assert (runs.run(run_id).state, incident.object_id) == ("finished", IDS[0])
    assert r"\udcff\udcfe" in incident.findings[0].message
    assert not checking.verify(None, at=NOON).sound


@pytest.mark.parametrize("name", ["urn:x:\x00", "urn:x:\ud800"])
def test_an_object_whose_number_no_database_takes_is_told_of_and_the_check_ends(keeper, monkeypatch, name):
    from nianlun.vault.ocfl.folder_store import FolderStore

    honest = FolderStore.object_ids
    monkeypatch.setattr(FolderStore, "object_ids", lambda store: [*honest(store), name])
    run_id = begin(keeper)
    work()
    [finding] = runs.run(run_id).findings
    assert (finding.code, runs.run(run_id).state) == ("NW010", "finished")


def test_what_lies_beside_the_objects_and_cannot_be_read_is_said_and_the_check_ends(keeper, monkeypatch):
    from nianlun.vault.ocfl.folder_store import FolderStore

    def broken(store):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(FolderStore, "object_ids", broken)
    run_id = begin(keeper)
    work()
    run = runs.run(run_id)
    assert (run.state, run.sound, run.damaged) == ("finished", False, 0)
    assert "Input/output error" in run.findings[0].message


def test_what_was_stored_while_everything_was_read_is_not_called_checked(monkeypatch):
    honest = checking.verify_root

    def meanwhile(tree, **how):
        report = honest(tree, **how)
        operations.store("urn:nianlun:item:new", {"a": b"new"}, by=None, message="入库", at=NOON)
        return report

    monkeypatch.setattr(checking, "verify_root", meanwhile)
    checking.verify(None, at=NOON)
    sound = dict(ObjectCopy.objects.values_list("object__object_id", "sound"))
    assert sound == dict.fromkeys(IDS, True) | {"urn:nianlun:item:new": None}


def test_an_object_that_did_not_answer_is_called_neither_whole_nor_damaged(monkeypatch):
    from nianlun.vault.ocfl import check_root
    from nianlun.vault.ocfl.faults import Unreachable

    honest = check_root.Books.examine
    at_place = queries.root().place(IDS[0]).name

    def silent(books, path, options, **how):
        if books.tree.place(path).name == at_place:
            raise Unreachable("存放处不应答。")
        return honest(books, path, options, **how)

    monkeypatch.setattr(check_root.Books, "examine", silent)
    assert not checking.verify(None, at=NOON).sound
    assert ObjectCopy.objects.get(object__object_id=IDS[0]).sound is None
    assert incidents.open_count() == 0


def test_pages_of_incidents_found_at_one_moment_lose_none(keeper, tmp_path):
    for object_id in IDS:
        queries.root().folder_of(object_id).rename(tmp_path / object_id)
    checking.verify(None, at=NOON)
    seen = [one.id for one in incidents.incidents(limit=2)]
    while page := incidents.incidents(after=seen[-1], limit=2):
        seen += [one.id for one in page]
    assert sorted(seen) == sorted(one.id for one in incidents.incidents())
    assert (len(seen), incidents.lost_count()) == (5, 5)


def test_an_empty_location_is_sound(settings, tmp_path, keeper):
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "offsite")}
    run_id = runs.request_run("offsite", by=keeper, at=NOON)
    work()
    assert (runs.run(run_id).sound, runs.run(run_id).objects_read) == (True, 0)


def test_what_was_stored_after_the_run_began_is_not_its_business(keeper):
    run_id = begin(keeper)
    later = NOON + timedelta(minutes=1)
    operations.store("urn:nianlun:item:new", {"a": b"9"}, by=None, message="入库", at=later)
    work(at=later)
    assert runs.run(run_id).objects_read == 5


def test_only_who_may_can_check(keeper):
    run_id = begin(keeper)
    auditor = factories.staff("auditor")
    for attempt in (
        lambda: begin(auditor),
        lambda: runs.pause(run_id, by=auditor, at=NOON),
        lambda: schedules.set_schedule("primary", every_days=7, pace=None, by=auditor, at=NOON),
    ):
        with pytest.raises(Refused):
            attempt()


def test_a_schedule_begins_checks_by_itself_again_and_again(keeper):
    schedules.set_schedule("primary", every_days=30, pace=5, by=keeper, at=NOON)
    assert not step(at=NOON + timedelta(days=29))
    for month in (1, 2):
        at = NOON + timedelta(days=30 * month)
        work(at=at)
        [run, *_] = runs.latest()
        assert (run.requested_by, run.pace, run.state, run.requested_at) == ("核对计划", 5, "finished", at)
    assert FixityRun.objects.count() == 2


def test_checks_missed_while_the_system_was_off_are_made_up_once(keeper):
    schedules.set_schedule("primary", every_days=1, pace=None, by=keeper, at=NOON)
    back = NOON + timedelta(days=10, hours=1)
    work(at=back)
    assert [run.requested_at for run in runs.latest()] == [back]
    assert schedules.schedules()["primary"].next_at == back + timedelta(days=1)


def test_a_changed_schedule_forgets_the_old_one_and_an_ended_one_stays_quiet(keeper):
    schedules.set_schedule("primary", every_days=1, pace=None, by=keeper, at=NOON)
    schedules.set_schedule("primary", every_days=7, pace=None, by=keeper, at=NOON)
    work(at=NOON + timedelta(days=2))
    assert runs.latest() == []
    schedules.end_schedule("primary", by=keeper, at=NOON)
    work(at=NOON + timedelta(days=40))
    assert (runs.latest(), schedules.schedules()) == ([], {})


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_a_period_that_is_none_is_refused(keeper, days):
    with pytest.raises(Refused, match="周期"):
        schedules.set_schedule("primary", every_days=days, pace=None, by=keeper, at=NOON)


def test_a_location_nobody_has_set_up_cannot_be_checked(keeper):
    with pytest.raises(locations.NotConfigured):
        runs.request_run("moon", by=keeper, at=NOON)
