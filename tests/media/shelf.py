"""A vault with a few objects and a set on its way: what tests of the register begin with."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from tests import factories

from nianlun.access.domain import Viewer
from nianlun.jobs.registry import handlers
from nianlun.jobs.worker import Worker
from nianlun.media import inspecting, operations, queries, writing
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
IDS = [f"urn:uuid:00000000-0000-7000-8000-00000000000{n}" for n in range(3)]


def identity(settings, number: int = 1) -> str:
    """The private key of one of the test keepers."""
    return (Path(settings.MEDIA_RECIPIENTS).parent / f"media-identity-{number}.txt").read_text(
        encoding="utf-8"
    )


def keeper(name: str = "石磊") -> Viewer:
    return factories.staff("keeper", name=name)


def fill_vault(folder: Path, *, secrecy: Secrecy = Secrecy.WORK_SECRET) -> None:
    """Three objects of a class; the third holds nothing."""
    for number, object_id in enumerate(IDS):
        original = folder / f"原件{number}.pdf"
        original.write_bytes(b"%PDF" + bytes([number]) * 50_000 * number)
        vault.store(object_id, {"审批表.pdf": original}, by=None, message="归档", at=AT, secrecy=secrecy)


def planned(who: Viewer, *, secrecy: str = "work_secret", token: UUID | None = None) -> UUID:
    return operations.plan(
        who,
        fonds="J001",
        secrecy=secrecy,
        media_kinds=("bd_r", "disk"),
        token=token or uuid4(),
        at=AT,
        on=TODAY,
    )


def work() -> None:
    """Do every job that waits."""
    Worker(handlers()).run(until_empty=True)


def written(who: Viewer) -> queries.SetLine:
    set_id = planned(who)
    writing.request_write(who, set_id, at=AT)
    work()
    return queries.media_set(who, set_id)


def burned(line: queries.MediumLine) -> str:
    """Put the image of a medium where media are read, as if it had been burned; the name it has there."""
    inspecting.in_folder()
    source = writing.image_path(line)
    shutil.copy(source, inspecting.in_folder() / source.name)
    return source.name


def shelved(writer: Viewer, second: Viewer) -> queries.SetLine:
    """A set that was written by one, read back by the other and put on two shelves."""
    line = written(writer)
    for medium in line.media:
        inspecting.request_reading(second, medium.id, source=burned(medium), at=AT)
    work()
    for medium in line.media:
        operations.shelve(
            writer,
            medium.id,
            serial=f"SN-{medium.letter}",
            location=f"{medium.letter} 库-3 柜-2 格",
            keeper="石磊",
            at=AT,
            on=TODAY,
        )
    return queries.media_set(writer, line.id)


def proved(second: Viewer, line: queries.SetLine, settings) -> queries.SetLine:
    """A shelved set, one of whose media was then opened with a private key, so that its keys are known to be right."""
    medium = line.media[0]
    inspecting.read_with_identity(
        second, medium.id, source=medium.file_name, identity=identity(settings), at=AT, on=TODAY
    )
    return queries.media_set(second, line.id)
