"""Media that somebody prepared: links, names, sums and packages made to lead their reader astray."""

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests import factories
from tests.media.shelf import AT, burned, fill_vault, identity, keeper, shelved, work, written

from nianlun.media import inspecting, queries, recovering, writing
from nianlun.media.domain import MediumState, Outcome
from nianlun.media.imaging import leaflet, sealing, unpacking
from nianlun.media.imaging.faults import PackageDamaged
from nianlun.media.imaging.reading import inspect
from nianlun.media.imaging.unpacking import carrier, extract_object

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def mounted(name: str, medium: queries.MediumLine) -> Path:
    """The files of a medium in a folder where media are read, as if it were mounted there."""
    folder = inspecting.in_folder() / name
    folder.mkdir()
    with carrier(writing.image_path(medium)) as image:
        for one in image.names():
            with image.open(one) as stream:
                (folder / one).write_bytes(stream.read())
    return folder


def test_a_link_on_a_medium_leads_nowhere_and_the_sums_of_a_renewal_are_its_own(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    a, b = shelved(shi, zhao).media
    secret = tmp_path / "secret-keys.json"
    secret.write_text("SERVER-SECRET-KEY")
    folder = mounted("usb", a)
    (folder / leaflet.BLOCKS).unlink()
    (folder / leaflet.BLOCKS).symlink_to(secret)
    assert leaflet.BLOCKS in {fault.name for fault in inspect(folder).faults}
    new_id = recovering.request_renewal(shi, b.id, kind="disk", source="usb", at=AT)
    work()
    new = queries.medium(shi, new_id)
    assert new.state is MediumState.WRITTEN
    assert b"SERVER-SECRET" not in writing.image_path(new).read_bytes()
    assert inspect(writing.image_path(new)).sound


@pytest.mark.parametrize("start", ["9" * 30, "٣" * 5, "9" * 15])
def test_blocks_at_impossible_places_are_a_finding(tmp_path: Path, start: str):
    fill_vault(tmp_path)
    medium = written(keeper()).media[0]
    folder = mounted("盘", medium)
    package = next(folder.glob("package.*"))
    package.write_bytes(package.read_bytes() + b"x")
    (folder / leaflet.BLOCKS).write_text(f"{start} {'a' * 128}\n")
    inspecting.request_reading(keeper("赵敏"), medium.id, source="盘", at=AT)
    work()
    assert queries.events(medium.id)[0].outcome is Outcome.DAMAGED


def test_a_file_name_that_is_no_text_is_a_finding_written_out(tmp_path: Path):
    fill_vault(tmp_path)
    medium = written(keeper()).media[0]
    folder = mounted("盘", medium)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(b"")
    inspecting.request_reading(keeper("赵敏"), medium.id, source="盘", at=AT)
    work()
    event = queries.events(medium.id)[0]
    assert event.outcome is Outcome.DAMAGED
    assert any("\\udcff.txt" in finding for finding in event.findings)


def test_a_reader_that_fails_whatever_is_tried_ends_as_a_finding(tmp_path: Path, monkeypatch):
    fill_vault(tmp_path)
    medium = written(keeper()).media[0]

    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(inspecting, "inspect", fail)
    monkeypatch.setattr("nianlun.media.jobs.ATTEMPTS", 1)
    inspecting.request_reading(keeper("赵敏"), medium.id, source=burned(medium), at=AT)
    work()
    event = queries.events(medium.id)[0]
    assert (event.outcome, queries.medium(keeper(), medium.id).sound) == (Outcome.DAMAGED, False)
    assert "没有读完" in event.findings[0]


def test_names_and_things_that_cannot_be_read_are_not_offered(tmp_path: Path):
    fill_vault(tmp_path)
    medium = written(keeper()).media[0]
    name = burned(medium)
    folder = inspecting.in_folder()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xfe.iso")).write_bytes(b"")
    os.mkfifo(folder / "管道.iso")
    (folder / "没有的盘").symlink_to(tmp_path / "none")
    assert [one.name for one in inspecting.candidates()] == [name]
    assert factories.client_of(keeper("赵敏")).get(f"/media/{medium.id}/").status_code == 200


def entry(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    head = tarfile.TarInfo(name)
    head.size, head.type = size, kind
    return head.tobuf(tarfile.GNU_FORMAT)


def forged(folder: Path, chunks: Iterator[bytes]) -> Path:
    """A package that anybody can seal who knows the keepers' public keys."""
    folder.mkdir()
    with (folder / "package.tar.age").open("wb") as stream:
        sealing.seal(chunks, stream, recipients=writing.recipients())
    return folder


def table_that_is_none() -> Iterator[bytes]:
    yield entry("b/data/目录.csv", 200_192) + b"x" * 200_192
    yield b"\0" * 1024


def catalogue_too_large() -> Iterator[bytes]:
    yield entry("b/data/目录.csv", 8 << 20) + b"\0" * (8 << 20)
    yield b"\0" * 1024


def header_too_large() -> Iterator[bytes]:
    yield entry("b/x", 8 << 20, tarfile.XHDTYPE) + b"\0" * (8 << 20)
    yield b"\0" * 1024


def files_too_many() -> Iterator[bytes]:
    for number in range(20):
        yield entry(f"b/data/{number}", 0)
    yield b"\0" * 1024


@pytest.mark.parametrize(
    "chunks", [table_that_is_none, catalogue_too_large, header_too_large, files_too_many]
)
def test_a_forged_package_is_refused_before_it_fills_the_memory(
    tmp_path: Path, settings, monkeypatch, chunks
):
    monkeypatch.setattr(unpacking, "_LARGEST_CATALOGUE", 1 << 20)
    monkeypatch.setattr(unpacking, "MOST_FILES", 10)
    folder = forged(tmp_path / "usb", chunks())
    with pytest.raises(PackageDamaged):
        extract_object(folder, "x", tmp_path, identity=identity(settings))


def test_a_package_that_is_not_the_recorded_one_is_not_opened(tmp_path: Path, settings, monkeypatch):
    fill_vault(tmp_path)
    medium = shelved(keeper("石磊"), keeper("赵敏")).media[0]
    forged(inspecting.in_folder() / "usb", table_that_is_none())

    def open_it(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(sealing, "_open_age", open_it)
    client = factories.client_of(keeper("赵敏"))
    for step, status in (("prove", 302), ("inside", 302)):
        sent = SimpleUploadedFile("key.txt", identity(settings).encode())
        form = {"step": step, "source": "usb", "identity": sent}
        assert client.post(f"/media/{medium.id}/open/", form).status_code == status
        assert queries.events(medium.id)[0].outcome is Outcome.DAMAGED
