"""A set's life: planned, written, read back by another, shelved, inspected, lent, retired."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from tests import factories
from tests.media.shelf import (
    AT,
    IDS,
    TODAY,
    burned,
    fill_vault,
    identity,
    keeper,
    planned,
    proved,
    shelved,
    work,
    written,
)

from nianlun.access.domain import NotVisible, Refused
from nianlun.jobs import operations as jobs
from nianlun.journal.models import Entry
from nianlun.media import inspecting, operations, queries, recovering, writing
from nianlun.media.domain import (
    Action,
    MediumState,
    NotNow,
    Outcome,
    SetState,
    StateSecret,
    months_after,
)
from nianlun.media.imaging.faults import NoRecipients, WrongIdentity
from nianlun.media.imaging.sealing import new_identity
from nianlun.media.models import MediaSet
from nianlun.vault import queries as vault
from nianlun.vault.domain import Secrecy
from nianlun.vault.restoring import elsewhere

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def actions() -> list[str]:
    return list(
        Entry.objects.filter(action__startswith="media.").order_by("id").values_list("action", flat=True)
    )


def test_what_waits_is_planned_once_and_a_form_sent_twice_is_one_set(tmp_path: Path):
    fill_vault(tmp_path)
    who, token = keeper(), uuid4()
    set_id = planned(who, token=token)
    assert planned(who, token=token) == set_id
    line = queries.media_set(who, set_id)
    assert (line.number, line.state, line.objects) == ("J001-2026-001", SetState.PLANNED, 3)
    assert [(one.letter, one.kind_code) for one in line.media] == [("A", "bd_r"), ("B", "disk")]
    with pytest.raises(NotNow, match="都已在介质上"):
        planned(who)
    operations.close(who, set_id, at=AT)
    again = queries.media_set(who, planned(who))
    assert (again.number, again.objects) == ("J001-2026-002", 3)


@pytest.mark.parametrize("secrecy", ["secret", "classified", "top_secret", "绝密"])
def test_a_state_secret_is_refused_with_the_law_and_the_attempt_is_journaled(tmp_path: Path, secrecy: str):
    fill_vault(tmp_path)
    with pytest.raises(StateSecret, match="保守国家秘密法"):
        planned(keeper(), secrecy=secrecy)
    assert not MediaSet.objects.exists()
    entry = Entry.objects.get(action="media.state_secret_refused")
    assert entry.outcome == "refused"
    assert entry.about in {"秘密", "机密", "绝密"}


def test_whoever_lacks_the_right_or_stands_elsewhere_gets_nowhere(tmp_path: Path):
    fill_vault(tmp_path)
    with pytest.raises(Refused):
        planned(factories.staff("archivist"))
    line = written(keeper())
    stranger = factories.staff("keeper", scope="130102", agency_name="石家庄市长安区")
    with pytest.raises(NotVisible):
        queries.media_set(stranger, line.id)
    with pytest.raises(NotVisible):
        operations.retire(stranger, line.media[0].id, reason="拿错了介质", at=AT)
    assert queries.media_sets(stranger) == []


def test_a_set_goes_from_plan_to_shelf_with_two_people_and_every_step_on_record(tmp_path: Path, settings):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    line = written(shi)
    assert (line.state, line.problem, line.recipients) == (
        SetState.WRITTEN,
        "",
        ("演示保管人甲", "演示保管人乙"),
    )
    assert sorted(path.name for path in Path(settings.MEDIA_OUT).iterdir() if path.is_file()) == [
        "J001-2026-001-A.iso",
        "J001-2026-001-B.iso",
    ]
    assert not list((Path(settings.MEDIA_OUT) / ".drafts").iterdir())
    first = line.media[0]
    with pytest.raises(NotNow, match="另一位同事"):
        inspecting.request_reading(shi, first.id, source=burned(first), at=AT)
    with pytest.raises(NotNow, match="回读"):
        operations.shelve(shi, first.id, serial="", location="甲", keeper="石磊", at=AT, on=TODAY)
    line = shelved_from(shi, zhao, line)
    assert line.state is SetState.SHELVED
    a, b = line.media
    assert (a.verified_by_name, a.sound) == ("赵敏", True)
    on = timezone.localdate(a.written_at)
    assert (a.next_check_on, a.renew_by) == (months_after(a.checked_on, 48), months_after(on, 120))
    assert (b.next_check_on, b.renew_by) == (months_after(b.checked_on, 6), months_after(on, 60))
    assert [one.action for one in reversed(queries.events(a.id))] == [
        Action.WRITTEN,
        Action.VERIFIED,
        Action.SHELVED,
    ]
    assert set(actions()) >= {
        "media.set_planned",
        "media.write_requested",
        "media.set_written",
        "media.reading_requested",
        "media.medium_read",
        "media.medium_shelved",
    }


def shelved_from(writer, second, line):
    for medium in line.media:
        inspecting.request_reading(second, medium.id, source=burned(medium), at=AT)
        inspecting.request_reading(second, medium.id, source=burned(medium), at=AT)  # a second click
    work()
    for medium in line.media:
        operations.shelve(
            writer, medium.id, serial="", location=f"{medium.letter} 库", keeper="石磊", at=AT, on=TODAY
        )
    return queries.media_set(writer, line.id)


def test_both_media_of_a_set_do_not_lie_in_one_place(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    line = shelved(shi, zhao)
    with pytest.raises(NotNow, match="分开放"):
        operations.shelve(
            shi,
            line.media[1].id,
            serial="",
            location=line.media[0].location,
            keeper="石磊",
            at=AT,
            on=TODAY,
        )


def test_a_damaged_medium_is_found_stays_due_and_its_objects_are_named(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    line = shelved(shi, zhao)
    medium = line.media[0]
    image = inspecting.in_folder() / medium.file_name
    raw = bytearray(image.read_bytes())
    raw[raw.index(b"age-encryption.org/v1") + 100_000] ^= 1
    image.write_bytes(raw)
    inspecting.request_reading(zhao, medium.id, source=image.name, at=AT)
    work()
    found = queries.medium(shi, medium.id)
    event = queries.events(medium.id)[0]
    assert (found.sound, event.outcome, event.action) == (False, Outcome.DAMAGED, Action.INSPECTED)
    assert event.findings
    assert any(line_.startswith("受损对象") for line_ in event.findings)
    assert found.next_check_on is not None
    assert queries.due_count(shi, on=timezone.localdate()) == 1
    assert queries.due(shi, on=timezone.localdate())[0].id == medium.id
    assert Entry.objects.filter(action="media.medium_read", outcome="failed").count() == 1


def test_only_what_lies_in_the_folder_can_be_read(tmp_path: Path):
    fill_vault(tmp_path)
    line = written(keeper())
    for name in ("../out/J001-2026-001-A.iso", "/etc/passwd", "没有.iso", ""):
        with pytest.raises(NotNow):
            inspecting.request_reading(keeper("赵敏"), line.media[0].id, source=name, at=AT)


def test_with_a_private_key_everything_inside_is_read_and_a_wrong_one_is_refused(tmp_path: Path, settings):
    fill_vault(tmp_path)
    zhao = keeper("赵敏")
    line = written(keeper())
    medium = line.media[0]
    name = burned(medium)
    with pytest.raises(WrongIdentity):
        inspecting.read_with_identity(
            zhao, medium.id, source=name, identity=new_identity()[0], at=AT, on=TODAY
        )
    assert queries.medium(zhao, medium.id).state is MediumState.WRITTEN
    for number in (1, 2):
        found = inspecting.read_with_identity(
            zhao, medium.id, source=name, identity=identity(settings, number), at=AT, on=TODAY
        )
        assert found.sound
    assert queries.medium(zhao, medium.id).state is MediumState.VERIFIED
    assert "AGE-SECRET-KEY" not in str(list(Entry.objects.values_list("details", "about")))


def test_a_medium_is_lent_returned_and_then_due_at_once(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    medium = shelved(shi, zhao).media[0]
    operations.lend(shi, medium.id, purpose="市局恢复演练", at=AT)
    with pytest.raises(NotNow):
        operations.lend(shi, medium.id, purpose="市局恢复演练", at=AT)
    operations.take_back(shi, medium.id, at=AT, on=TODAY)
    assert queries.medium(shi, medium.id).is_due(TODAY)
    operations.shelve(shi, medium.id, serial="", location="丙库", keeper="石磊", at=AT, on=TODAY)
    assert queries.medium(shi, medium.id).is_due(TODAY)  # another shelf is no inspection


def test_who_must_restore_is_told_on_which_media_an_object_lies(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    assert elsewhere(IDS[1]) == []
    shelved(shi, zhao)
    (told,) = elsewhere(IDS[1])
    assert "J001-2026-001 A（A 库-3 柜-2 格）有第 1 版" in told
    assert elsewhere("urn:nowhere") == []


def test_an_object_is_tried_out_of_a_medium_byte_for_byte(tmp_path: Path, settings):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    medium = shelved(shi, zhao).media[1]
    for wanted in IDS:
        object_id, problems = recovering.prove_restore(
            zhao, medium.id, source=medium.file_name, identity=identity(settings), at=AT, object_id=wanted
        )
        assert (object_id, problems) == (wanted, [])
    object_id, problems = recovering.prove_restore(
        zhao, medium.id, source=medium.file_name, identity=identity(settings), at=AT
    )
    assert object_id in IDS
    assert problems == []
    assert list(Path(settings.PRIVATE).glob("media-*")) == []


def test_an_ageing_medium_is_written_anew_and_the_old_one_serves_until_the_new_is_read(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    old = shelved(shi, zhao).media[0]
    new_id = recovering.request_renewal(shi, old.id, kind="disk", source=old.file_name, at=AT)
    assert recovering.request_renewal(shi, old.id, kind="disk", source=old.file_name, at=AT) == new_id
    work()
    new = queries.medium(shi, new_id)
    assert (new.state, new.generation, new.letter) == (MediumState.WRITTEN, 2, "A")
    assert queries.medium(shi, old.id).state is MediumState.SHELVED
    inspecting.request_reading(zhao, new_id, source=burned(new), at=AT)
    work()
    assert queries.medium(shi, new_id).state is MediumState.VERIFIED
    assert queries.medium(shi, old.id).state is MediumState.RETIRED


def test_an_ageing_medium_is_not_renewed_from_another_set_or_a_damaged_one(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    old = shelved(shi, zhao).media[0]
    (inspecting.in_folder() / "坏.iso").write_bytes(b"\0" * 100_000)
    new_id = recovering.request_renewal(shi, old.id, kind="disk", source="坏.iso", at=AT)
    work()
    assert queries.medium(shi, new_id).state is MediumState.PLANNED
    assert queries.events(new_id)[0].findings


def test_a_disk_without_room_puts_the_set_back_to_planned_with_the_reason(
    tmp_path: Path, settings, full_disk
):
    fill_vault(tmp_path)
    settings.MEDIA_OUT = full_disk
    who = keeper()
    line = written(who)
    assert line.state is SetState.PLANNED
    assert "磁盘" in line.problem
    assert [path for path in full_disk.rglob("*") if path.is_file()] == []
    settings.MEDIA_OUT = tmp_path / "roomy"
    writing.request_write(who, line.id, at=AT)
    work()
    assert queries.media_set(who, line.id).state is SetState.WRITTEN


def test_without_two_keepers_nothing_is_written(tmp_path: Path, settings):
    fill_vault(tmp_path)
    settings.MEDIA_RECIPIENTS = tmp_path / "none.txt"
    who = keeper()
    with pytest.raises(NoRecipients):
        writing.request_write(who, planned(who), at=AT)


def test_writing_that_was_interrupted_after_its_files_goes_on_and_is_recorded_once(tmp_path: Path):
    fill_vault(tmp_path)
    who = keeper()
    set_id = planned(who)
    writing.request_write(who, set_id, at=AT)
    first = writing.produce(set_id)  # and here the process dies
    work()
    line = queries.media_set(who, set_id)
    assert {one.sha512 for one in line.media} == {made.sha512 for made in first.images.values()}
    with transaction.atomic():
        writing.record_written(set_id, first, at=AT)  # the late process comes back
    assert [one.action for one in queries.events(line.media[0].id)] == [Action.WRITTEN]


def test_a_damaged_object_stops_the_writing_and_is_named(tmp_path: Path, settings):
    fill_vault(tmp_path, secrecy=Secrecy.WORK_SECRET)
    victim = max(Path(settings.VAULT_ROOT).rglob("v1/content/*"), key=lambda path: path.stat().st_size)
    victim.chmod(0o644)
    raw = bytearray(victim.read_bytes())
    raw[-1] ^= 1
    victim.write_bytes(raw)
    line = written(keeper())
    assert line.state is SetState.PLANNED
    assert IDS[2] in line.problem


@pytest.mark.django_db(transaction=True)  # keys go after the commit
def test_keys_leave_with_both_media_on_their_shelves_and_come_back_from_one(tmp_path: Path, settings):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    early = written(shi)
    with pytest.raises(NotNow):
        recovering.take_offline(shi, early.id, at=AT)
    line = shelved_from(shi, zhao, early)
    with pytest.raises(NotNow, match="核对包里每个文件"):
        recovering.take_offline(shi, line.id, at=AT)
    proved(zhao, line, settings)
    assert recovering.take_offline(shi, line.id, at=AT) == 3
    assert recovering.take_offline(shi, line.id, at=AT) == 0  # a second click
    work()
    with pytest.raises(Exception, match="离线"):
        vault.open_file(IDS[2], "审批表.pdf")
    with pytest.raises(NotNow, match="最后一份"):
        operations.retire(shi, line.media[0].id, reason="错误率预警", at=AT)
        operations.retire(shi, line.media[1].id, reason="错误率预警", at=AT)
    recovering.bring_back(
        shi, line.media[1].id, IDS[2], source=line.media[1].file_name, identity=identity(settings, 2), at=AT
    )
    with vault.open_file(IDS[2], "审批表.pdf") as stream:
        assert stream.read() == (tmp_path / "原件2.pdf").read_bytes()


def test_a_reading_that_is_lost_halfway_is_done_by_the_next_worker(tmp_path: Path):
    fill_vault(tmp_path)
    line = written(keeper())
    medium = line.media[0]
    event = inspecting.request_reading(keeper("赵敏"), medium.id, source=burned(medium), at=AT)
    job = jobs.lease(kinds=[inspecting.INSPECT], holder="dead", at=AT)
    assert job is not None
    inspecting.read(event)  # it dies before the effect
    assert queries.events(medium.id)[0].outcome is Outcome.RUNNING
    jobs.give_back(job, at=AT)
    work()
    assert queries.medium(keeper("周正"), medium.id).state is MediumState.VERIFIED
