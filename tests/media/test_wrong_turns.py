"""Life that goes wrong: asked twice, changed halfway, given up, retired while it is read."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests import factories
from tests.media.shelf import (
    AT,
    IDS,
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

from nianlun.jobs.models import Job
from nianlun.media import gathering, inspecting, operations, queries, recovering, writing
from nianlun.media.domain import MediumState, NotNow, Outcome, SetState
from nianlun.media.imaging import writing as imaging
from nianlun.media.imaging.faults import NoRoom
from nianlun.media.imaging.reading import inspect
from nianlun.media.imaging.sealing import new_identity
from nianlun.media.models import MediaSet, Medium
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def test_keepers_who_changed_between_two_attempts_are_those_who_can_open_the_package(
    tmp_path: Path, settings, monkeypatch
):
    fill_vault(tmp_path)
    who = keeper()
    set_id = planned(who)
    former = identity(settings)

    def full(*_: object, **__: object) -> None:
        raise NoRoom("满了")

    with monkeypatch.context() as broken:
        broken.setattr(imaging, "image_of", full)
        writing.request_write(who, set_id, at=AT)
        work()
    pairs = [new_identity() for _ in range(2)]
    settings.MEDIA_RECIPIENTS = tmp_path / "新保管人.txt"
    told = [f"# 新保管人{n}\n{public}\n" for n, (_, public) in enumerate(pairs)]
    settings.MEDIA_RECIPIENTS.write_text("".join(told))
    writing.request_write(who, set_id, at=AT)
    work()
    line = queries.media_set(who, set_id)
    assert line.recipients == ("新保管人0", "新保管人1")
    image = writing.image_path(line.media[0])
    assert inspect(image, identity=pairs[0][0]).sound
    with pytest.raises(Exception, match="私钥"):
        inspect(image, identity=former)


def test_a_file_left_at_the_place_of_an_image_is_not_taken_for_it(tmp_path: Path):
    fill_vault(tmp_path)
    who = keeper()
    set_id = planned(who)
    target = writing.image_path(queries.media_set(who, set_id).media[0])
    target.write_bytes(b"left from a former database")
    writing.request_write(who, set_id, at=AT)
    work()
    assert inspect(target).sound


def damaged_renewal(who, medium) -> None:
    """A renewal that was asked for and failed: its row stays planned."""
    (inspecting.in_folder() / "坏的.iso").write_bytes(b"x")
    recovering.request_renewal(who, medium.id, kind="disk", source="坏的.iso", at=AT)
    work()


def test_a_set_that_was_written_is_neither_closed_nor_written_again_while_a_renewal_is_planned(
    tmp_path: Path,
):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    line = shelved(shi, zhao)
    damaged_renewal(shi, line.media[1])
    operations.retire(shi, line.media[1].id, reason="盘面划伤了，报废", at=AT)
    assert queries.media_set(shi, line.id).state is SetState.SHELVED
    Medium.objects.filter(pk=line.media[0].id).update(state=MediumState.RETIRED.value)
    MediaSet.objects.filter(pk=line.id).update(state=SetState.PLANNED.value)
    with pytest.raises(NotNow):
        operations.close(shi, line.id, at=AT)
    with pytest.raises(NotNow):
        writing.request_write(shi, line.id, at=AT)
    assert queries.media_set(shi, line.id).package_sha512 == line.package_sha512


def test_a_renewal_asked_for_by_two_in_two_minutes_is_written_once_and_after_a_failure_anew(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    a, b = shelved(shi, zhao).media
    damaged_renewal(shi, b)
    for number, who in enumerate((shi, zhao)):
        at = AT + timedelta(minutes=number)
        new_id = recovering.request_renewal(who, b.id, kind="tape", source=a.file_name, at=at)
    assert Job.objects.filter(kind=recovering.RENEW).exclude(state="done").count() == 1
    work()
    new = queries.medium(shi, new_id)
    assert (new.state, new.kind_code) == (MediumState.WRITTEN, "tape")


def test_a_medium_retired_while_it_is_read_stays_retired(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    medium = written(shi).media[0]
    inspecting.request_reading(zhao, medium.id, source=burned(medium), at=AT)
    operations.retire(shi, medium.id, reason="打碎了，已销毁", at=AT)
    work()
    found = queries.medium(shi, medium.id)
    assert (found.state, found.sound) == (MediumState.RETIRED, None)
    assert queries.events(medium.id)[-1].outcome is not Outcome.RUNNING


def test_what_a_job_gave_up_can_be_asked_for_again(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    set_id = planned(shi)
    writing.request_write(shi, set_id, at=AT)
    Job.objects.update(state="failed", finished_at=AT)
    writing.request_write(shi, set_id, at=AT)
    work()
    medium = queries.media_set(shi, set_id).media[0]
    first = inspecting.request_reading(zhao, medium.id, source=burned(medium), at=AT)
    Job.objects.filter(kind=inspecting.INSPECT).update(state="failed", finished_at=AT)
    assert inspecting.request_reading(zhao, medium.id, source=medium.file_name, at=AT) != first
    work()
    assert queries.medium(shi, medium.id).state is MediumState.VERIFIED


def test_a_medium_with_a_wrong_key_is_found_by_either_trial_and_its_set_stays_online(
    tmp_path: Path, settings, monkeypatch
):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    with monkeypatch.context() as broken:
        broken.setattr(vault, "key_for_media", lambda object_id: bytes(32))
        line = shelved(shi, zhao)
    medium = line.media[0]
    _, problems = recovering.prove_restore(
        zhao,
        medium.id,
        source=medium.file_name,
        identity=identity(settings),
        at=AT,
        object_id=IDS[1],
    )
    assert "打不开" in problems[0]
    assert proved(zhao, line, settings).keys_proved_at is None
    assert queries.medium(shi, medium.id).sound is False
    with pytest.raises(NotNow):
        recovering.take_offline(shi, line.id, at=AT)
    assert gathering.key_sums(line.id)[1]


def test_a_second_set_that_shares_an_object_already_offline_gets_a_sentence(tmp_path: Path, settings):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    first = proved(zhao, shelved(shi, zhao), settings)
    added = tmp_path / "新.pdf"
    added.write_bytes(b"%PDF new")
    vault.store(IDS[1], {"补.pdf": added}, by=None, message="补", at=AT, secrecy=Secrecy.WORK_SECRET)
    second = proved(zhao, shelved(shi, zhao), settings)
    client = factories.client_of(shi)
    for line, status in ((first, 302), (second, 422)):
        assert client.post(f"/media/sets/{line.id}/step/", {"step": "offline"}).status_code == status
