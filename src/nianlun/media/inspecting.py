"""Reading media back: after writing by a second person, and then on schedule; without a key unless one is brought."""

import os
import stat
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from nianlun.access.domain import Right, Viewer, authorize
from nianlun.access.operations import Tie, tie
from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queue
from nianlun.jobs.domain import State
from nianlun.journal.domain import declare
from nianlun.media import domain, operations, queries
from nianlun.media.domain import Action, MediumState, NotNow, Outcome, kinds
from nianlun.media.gathering import key_sums
from nianlun.media.imaging.packing import Span
from nianlun.media.imaging.reading import Expected, MediumReport, inspect
from nianlun.media.lines import Candidate
from nianlun.media.models import Medium, MediumEvent, MediumObject

READING_REQUESTED = declare("media.reading_requested", "要求{action}离线介质 {about}，读自 {source}")
READ = declare("media.medium_read", "{action}离线介质 {about}：{result}")
OPENED = declare("media.medium_opened", "用保管人的私钥打开离线介质 {about} 核对：{result}")
INSPECT = "media.inspect"
_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What a reading found, as it goes on record."""

    sound: bool
    findings: tuple[str, ...]
    damaged: tuple[str, ...]
    located: bool


def in_folder() -> Path:
    """Where media to be read are put, made on first use."""
    folder = Path(settings.MEDIA_IN)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def candidates() -> list[Candidate]:
    """What lies in the folder for reading: images, folders, drives and links to them.

    Left out are hidden entries, names that no page could show, and what would not answer, such as a pipe.
    """
    found = []
    with os.scandir(in_folder()) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.startswith(".") or not entry.name.isprintable():
                continue
            try:
                seen = entry.stat()
            except OSError:  # a link to a drive that is not there
                continue
            if stat.S_ISDIR(seen.st_mode) or stat.S_ISREG(seen.st_mode) or stat.S_ISBLK(seen.st_mode):
                is_folder = stat.S_ISDIR(seen.st_mode)
                found.append(Candidate(name=entry.name, size=seen.st_size, is_folder=is_folder))
    return found


def source_path(name: str) -> Path:
    """The path of something listed. Raises `NotNow` for any other name, so that no path can be typed."""
    if name not in {one.name for one in candidates()}:
        raise NotNow(f"读取文件夹里没有“{name}”。请把介质或镜像放进去，再从列表里选。")
    return in_folder() / name


@transaction.atomic
def request_reading(who: Viewer, medium_id: UUID, *, source: str, at: datetime) -> UUID:
    """Have a medium read in the background; asking again while it is read changes nothing. The event's id.

    The first reading after writing is the verification and must be by another person than the writer. Raises
    `NotNow`.
    """
    row, action = _may_read(who, medium_id)
    path = source_path(source)
    running = _running(row, at=at)
    if running is not None:
        return running.pk
    event = operations.note(row, action, by=who, at=at, outcome=Outcome.RUNNING, source=path.name)
    jobs.enqueue(INSPECT, {"event": str(event.pk)}, key=str(event.pk), at=at)
    details = {"action": action.label, "source": path.name}
    operations.tell(READING_REQUESTED, row, by=who, at=at, details=details)
    return event.pk


def read(event_id: UUID) -> Outcomes:
    """Read the medium of a reading that was asked for. Takes long, so it runs outside any transaction."""
    event = MediumEvent.objects.select_related("medium__set").get(pk=event_id)
    return outcomes(inspect(in_folder() / event.source, expected=expected(event.medium)))


def unread() -> Outcomes:
    """What goes on record where reading a medium ended in a fault that nobody foresaw, again and again."""
    sentence = "读这份介质时读取程序出错，没有读完。请当作有损坏，用另一份恢复，并告知系统管理员。"
    return Outcomes(sound=False, findings=(sentence,), damaged=(), located=False)


def conclude(event_id: UUID, found: Outcomes, *, at: datetime, on: date) -> None:
    """Put the outcome of a reading on record, in the transaction of the caller."""
    event = MediumEvent.objects.select_related("by").get(pk=event_id)
    row = Medium.objects.select_for_update(of=["self"]).select_related("set").get(pk=event.medium_id)
    if event.outcome != Outcome.RUNNING.value:
        return
    _finish(event, found, at=at)
    _conclude(row, event, found, at=at, on=on)


def read_with_identity(
    who: Viewer, medium_id: UUID, *, source: str, identity: str, at: datetime, on: date
) -> Outcomes:
    """Read a medium and everything sealed in it at once, with a keeper's private key that is kept nowhere.

    Counts as the verification or inspection that is due, and proves the keys on it by those in
    the vault. Raises `NotNow` and `WrongIdentity`.
    """
    row, action = _may_read(who, medium_id)
    path = source_path(source)
    keys, complete = key_sums(row.set_id)
    report = inspect(path, expected=replace(expected(row), keys=keys), identity=identity)
    found = outcomes(report)
    with transaction.atomic():
        row = operations.locked_medium(who, medium_id)
        if _running(row, at=at) is not None:
            raise NotNow("这份介质正在后台读，等它读完再用私钥打开。")
        event = operations.note(row, action, by=who, at=at, source=path.name, text="含解密核对")
        _finish(event, found, at=at)
        _conclude(row, event, found, at=at, on=on)
        if found.sound and complete and row.state != MediumState.RETIRED.value:
            # Both media hold the same package, whose digest every reading proves; so one proof stands for both.
            row.set.keys_proved_at = at
            row.set.save(update_fields=["keys_proved_at"])
        operations.tell(
            OPENED, row, by=who, at=at, details={"result": _result(found)}, failed=not found.sound
        )
    return found


def expected(row: Medium) -> Expected:
    """What is on record about a medium."""
    package = row.set.package or {}
    spans = MediumObject.objects.filter(set=row.set_id, since__isnull=False)
    return Expected(
        image_sha512=row.sha512,
        files={file["name"]: file["sha512"] for file in row.files},
        spans=[
            Span(object_id=object_id, since=since, until=until)
            for object_id, since, until in spans.values_list("object_id", "since", "until")
            if since is not None and until is not None
        ],
        plain_bytes=package.get("plain_bytes", 0),
        sealed_bytes=package.get("size", 0),
    )


def outcomes(report: MediumReport) -> Outcomes:
    """A report as it goes on record."""
    sentences = [fault.sentence for fault in report.faults if not fault.notice]
    return Outcomes(
        sound=report.sound,
        findings=tuple(sentences[:_LISTED]),
        damaged=report.damaged,
        located=report.located,
    )


def _may_read(who: Viewer, medium_id: UUID) -> tuple[Medium, Action]:
    authorize(who, Right.MEDIA_INSPECT)
    with transaction.atomic():
        row = operations.locked_medium(who, medium_id)
    if row.state in {MediumState.PLANNED.value, MediumState.RETIRED.value}:
        raise NotNow("介质还没有写入，或已报废，没有什么可读。")
    if row.state != MediumState.WRITTEN.value:
        return row, Action.INSPECTED
    if (bound := tie(who.account_id, row.written_by_id)) is not None:
        writer = "您" if bound is Tie.SAME else f"您的{bound}"
        raise NotNow(f"这份介质是{writer}写入的，要由另一位同事回读。写入人 {row.written_by_name}。")
    return row, Action.VERIFIED


def _running(row: Medium, *, at: datetime) -> MediumEvent | None:
    """The reading of a medium that goes on; one whose job was given up is put on record as failed."""
    found = row.events.filter(outcome=Outcome.RUNNING.value).first()
    if found is None or queue.state_of(kind=INSPECT, key=str(found.pk)) != State.FAILED:
        return found
    _finish(found, unread(), at=at)
    return None


def _finish(event: MediumEvent, found: Outcomes, *, at: datetime) -> None:
    damaged = [f"受损对象：{object_id}" for object_id in found.damaged]
    unknown = [] if found.sound or found.located else ["哪些对象受损看不出，请当作全部受损，用另一份恢复"]
    event.outcome = (Outcome.SOUND if found.sound else Outcome.DAMAGED).value
    event.findings = [*found.findings, *damaged[:_LISTED], *unknown]
    event.at = at
    event.save(update_fields=["outcome", "findings", "at"])


def _conclude(row: Medium, event: MediumEvent, found: Outcomes, *, at: datetime, on: date) -> None:
    details = {"action": Action(event.action).label, "result": _result(found), "by": event.by_name}
    operations.tell(READ, row, by=None, at=at, details=details, failed=not found.sound)
    if row.state == MediumState.RETIRED.value:  # while it was read; what is gone does not come back
        return
    row.sound, row.checked_on = found.sound, on
    if row.state == MediumState.WRITTEN.value and event.action == Action.VERIFIED.value and found.sound:
        row.state = MediumState.VERIFIED.value
        row.verified_by_id, row.verified_by_name, row.verified_at = event.by_id, event.by_name, at
        _retire_predecessor(row, at=at)
    if row.renew_by is not None and row.written_at is not None:
        term = kinds()[row.kind].term(timezone.localdate(row.written_at))
        # A damaged medium stays due until it is renewed or retired.
        row.next_check_on = (
            domain.next_check_on(term, checked_on=on, renew_by=row.renew_by) if found.sound else on
        )
    row.save()
    operations.settle_set(row.set)


def _retire_predecessor(row: Medium, *, at: datetime) -> None:
    """The medium that this one renews has done its duty; until now it was the one to rely on."""
    old = row.renewal_of
    if old is None or old.state == MediumState.RETIRED.value:
        return
    old.state = MediumState.RETIRED.value
    old.save(update_fields=["state"])
    operations.note(old, Action.RENEWED, by=None, at=at, text=f"已由 {queries.medium_line(row).name} 代替")


def _result(found: Outcomes) -> str:
    if found.sound:
        return "完好"
    named = f"，受损对象 {len(found.damaged)} 个" if found.damaged else ""
    return f"有 {len(found.findings)} 处问题{named}"
