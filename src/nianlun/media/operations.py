"""The life of a set on paper: planned, shelved, lent, returned, retired. Writing and reading have their own files."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from nianlun.access.domain import NotVisible, Right, Viewer, authorize
from nianlun.journal import operations as journal
from nianlun.journal.domain import FAILED, REFUSED, declare
from nianlun.media import domain, queries
from nianlun.media.domain import LETTERS, Action, MediumState, NotNow, Outcome, SetState, StateSecret, kinds
from nianlun.media.models import MediaSet, Medium, MediumEvent, MediumObject
from nianlun.vault import queries as vault
from nianlun.vault.domain import Secrecy

PLANNED = declare("media.set_planned", "规划离线介质 {about}：{secrecy}，{objects} 个对象")
SECRET_REFUSED = declare("media.state_secret_refused", "想把{about}级国家秘密规划到离线介质，被拒绝")
SHELVED = declare("media.medium_shelved", "把离线介质 {about} 上架到 {location}")
LENT = declare("media.medium_lent", "借出离线介质 {about}：{note}")
RETURNED = declare("media.medium_returned", "归还离线介质 {about}")
RETIRED = declare("media.medium_retired", "报废离线介质 {about}：{note}")
CLOSED = declare("media.set_closed", "撤销没有写成的离线介质 {about}")

_NUMBERS = 0x6E6C6D65  # the advisory lock under which numbers are given out and objects are chosen


def plan(
    who: Viewer,
    *,
    fonds: str,
    secrecy: str,
    media_kinds: tuple[str, str],
    token: UUID,
    at: datetime,
    on: date,
    is_sample: bool = False,
) -> UUID:
    """Choose the objects of a class that wait, as many as a medium holds, and open a set for them; its id.

    The same `token` again returns the same set. Raises `Refused`, `StateSecret` (journaled, whatever becomes of the
    transaction around it is the caller's) and `NotNow` with a sentence.
    """
    authorize(who, Right.MEDIA_WRITE)
    try:
        domain.check_secrecy(secrecy)
    except StateSecret:
        with transaction.atomic():
            journal.record(SECRET_REFUSED, by=who, about=_level(secrecy), outcome=REFUSED, at=at)
        raise
    if secrecy not in set(Secrecy):
        raise NotNow("请选择密级：公开、内部或工作秘密。")
    if any(code not in kinds() for code in media_kinds):
        raise NotNow("请为 A、B 两份各选一种载体。")
    with transaction.atomic():
        _serially()
        known = MediaSet.objects.filter(token=token).first()
        if known is not None:
            return known.pk
        return _plan(
            who,
            fonds=domain.tidy_fonds(fonds),
            secrecy=Secrecy(secrecy),
            media_kinds=media_kinds,
            token=token,
            at=at,
            on=on,
            is_sample=is_sample,
        )


def _plan(
    who: Viewer,
    *,
    fonds: str,
    secrecy: Secrecy,
    media_kinds: tuple[str, str],
    token: UUID,
    at: datetime,
    on: date,
    is_sample: bool,
) -> UUID:
    capacity = min(kinds()[code].capacity for code in media_kinds)
    chosen = queries.fitting(queries.waiting(who, secrecy), capacity=capacity)
    if not chosen:
        raise NotNow(f"密级为{secrecy.label}的对象都已在介质上，或没有这一密级的对象。现在不用规划。")
    beginning = f"{fonds}-{on.year}-"
    numbers = MediaSet.objects.filter(number__startswith=beginning).values_list("number", flat=True)
    sequence = max((int(number.rpartition("-")[2]) for number in numbers), default=0) + 1
    row = MediaSet.objects.create(
        number=domain.number_of(fonds, year=on.year, sequence=sequence),
        token=token,
        scope=who.scope,
        holder=who.agency_name,
        secrecy=secrecy.value,
        state=SetState.PLANNED.value,
        capacity=capacity,
        planned_by_id=who.account_id,
        planned_by_name=who.name,
        planned_at=at,
        is_sample=is_sample,
    )
    MediumObject.objects.bulk_create(
        [
            MediumObject(set=row, object_id=object_id, version=version, size=size)
            for object_id, version, size in chosen
        ],
        batch_size=1000,
    )
    for letter, code in zip(LETTERS, media_kinds, strict=True):
        Medium.objects.create(set=row, letter=letter, kind=code, state=MediumState.PLANNED.value)
    details = {"secrecy": secrecy.label, "objects": len(chosen)}
    journal.record(PLANNED, by=who, about=row.number, about_id=str(row.pk), details=details, at=at)
    return row.pk


@transaction.atomic
def close(who: Viewer, set_id: UUID, *, at: datetime) -> None:
    """Give up a set that was never written; its objects wait again. Raises `NotNow`."""
    authorize(who, Right.MEDIA_WRITE)
    row = locked_set(who, set_id)
    if row.state != SetState.PLANNED.value or was_written(row):
        raise NotNow("只有还没有写入的套可以撤销。已写入的介质请逐份报废。")
    row.media.update(state=MediumState.RETIRED.value)
    row.state = SetState.CLOSED.value
    row.save(update_fields=["state"])
    journal.record(CLOSED, by=who, about=row.number, about_id=str(row.pk), at=at)


@transaction.atomic
def shelve(
    who: Viewer, medium_id: UUID, *, serial: str, location: str, keeper: str, at: datetime, on: date
) -> None:
    """Put a medium that was read back onto its shelf; its next inspection and its renewal are set. Raises `NotNow`."""
    authorize(who, Right.MEDIA_WRITE)
    row = locked_medium(who, medium_id)
    if row.state not in {MediumState.VERIFIED.value, MediumState.SHELVED.value} or row.written_at is None:
        raise NotNow("介质要先由另一人回读，才能上架。")
    place, name = " ".join(location.split())[:100], " ".join(keeper.split())[:60]
    if not place or not name:
        raise NotNow("请填写存放位置（库房-柜-格）和保管人。")
    other = (
        row.set.media.exclude(letter=row.letter)
        .filter(location=place)
        .exclude(state=MediumState.RETIRED.value)
    )
    if other.exists():
        raise NotNow("同一套的另一份已在这个位置。两份要分开放，最好不在同一座楼。")
    if row.state == MediumState.VERIFIED.value:  # moved later to another shelf it stays as due as it was
        written_on = timezone.localdate(row.written_at)
        term = kinds()[row.kind].term(written_on)
        row.renew_by = domain.months_after(written_on, term.renew_months)
        row.next_check_on = domain.next_check_on(
            term, checked_on=row.checked_on or on, renew_by=row.renew_by
        )
    row.state, row.location, row.keeper = MediumState.SHELVED.value, place, name
    row.serial = " ".join(serial.split())[:60]
    row.save(update_fields=["state", "location", "keeper", "serial", "renew_by", "next_check_on"])
    note(row, Action.SHELVED, by=who, at=at, text=f"{place}，保管人 {name}")
    settle_set(row.set)
    tell(SHELVED, row, by=who, at=at, details={"location": place})


@transaction.atomic
def lend(who: Viewer, medium_id: UUID, *, purpose: str, at: datetime) -> None:
    """Hand a shelved medium out. Raises `NotNow`."""
    authorize(who, Right.MEDIA_WRITE)
    row = locked_medium(who, medium_id)
    if row.state != MediumState.SHELVED.value:
        raise NotNow("介质不在架上，不能借出。")
    text = " ".join(purpose.split())[:200]
    if len(text) < 4:
        raise NotNow("请写明谁借、作什么用，至少 4 个字。")
    row.state = MediumState.LENT.value
    row.save(update_fields=["state"])
    note(row, Action.LENT, by=who, at=at, text=text)
    tell(LENT, row, by=who, at=at, details={"note": text})


@transaction.atomic
def take_back(who: Viewer, medium_id: UUID, *, at: datetime, on: date) -> None:
    """Put a lent medium back; it is to be inspected at once, since it was out of our hands. Raises `NotNow`."""
    authorize(who, Right.MEDIA_WRITE)
    row = locked_medium(who, medium_id)
    if row.state != MediumState.LENT.value:
        raise NotNow("介质没有借出。")
    row.state, row.next_check_on = MediumState.SHELVED.value, on
    row.save(update_fields=["state", "next_check_on"])
    note(row, Action.RETURNED, by=who, at=at, text="归还后须巡检")
    tell(RETURNED, row, by=who, at=at)


@transaction.atomic
def retire(who: Viewer, medium_id: UUID, *, reason: str, at: datetime) -> None:
    """Take a medium out of use for good. Raises `NotNow`, also where objects would be left without any medium."""
    authorize(who, Right.MEDIA_WRITE)
    row = locked_medium(who, medium_id)
    if row.state == MediumState.RETIRED.value:
        raise NotNow("介质已报废。")
    text = " ".join(reason.split())[:200]
    if len(text) < 4:
        raise NotNow("请写明报废的原因和处理办法，至少 4 个字。")
    others = row.set.media.exclude(pk=row.pk).filter(
        state__in=[MediumState.VERIFIED.value, MediumState.SHELVED.value], sound=True
    )
    away = vault.offline_among(row.set.contents.values_list("object_id", flat=True))
    if away and not others.exists():
        raise NotNow(
            f"这一套有 {away} 个对象已转离线，没有另一份完好的介质，不能报废最后一份。请先更新，或把它们取回在线。"
        )
    row.state = MediumState.RETIRED.value
    row.save(update_fields=["state"])
    note(row, Action.RETIRED, by=who, at=at, text=text)
    settle_set(row.set)
    tell(RETIRED, row, by=who, at=at, details={"note": text})


def locked_set(who: Viewer, set_id: UUID) -> MediaSet:
    """The set for changing; raises `NotVisible`."""
    row = MediaSet.objects.select_for_update().filter(pk=set_id, scope__startswith=who.scope).first()
    if row is None or not who.scope:
        raise NotVisible
    return row


def locked_medium(who: Viewer, medium_id: UUID) -> Medium:
    """The medium for changing, its set locked first; raises `NotVisible`."""
    found = Medium.objects.filter(pk=medium_id).values_list("set_id", flat=True).first()
    if found is None:
        raise NotVisible
    owner = locked_set(who, found)
    row = Medium.objects.select_for_update().get(pk=medium_id)
    row.set = owner
    return row


def settle_set(row: MediaSet, *, writing: bool = False) -> None:
    """Bring the state of a set in line with its media."""
    media = row.media.exclude(state=MediumState.RETIRED.value)
    # A renewal that is not written yet is an intention; it takes nothing from what the set already is.
    media = media.exclude(state=MediumState.PLANNED.value, renewal_of__isnull=False)
    states = [(letter, MediumState(state)) for letter, state in media.values_list("letter", "state")]
    row.state = domain.set_state(states, writing=writing).value
    row.save(update_fields=["state"])


def was_written(row: MediaSet) -> bool:
    """Whether media of this set have ever held anything: then it is neither given up nor written a second time."""
    return row.package is not None or row.media.filter(written_at__isnull=False).exists()


def note(
    row: Medium,
    action: Action,
    *,
    by: Viewer | None,
    at: datetime,
    outcome: Outcome = Outcome.SOUND,
    text: str = "",
    source: str = "",
    findings: list[str] | None = None,
) -> MediumEvent:
    """Add a line to a medium's register."""
    return MediumEvent.objects.create(
        medium=row,
        action=action.value,
        at=at,
        by_id=by.account_id if by else None,
        by_name=by.name if by else "年轮系统",
        outcome=outcome.value,
        note=text,
        source=source,
        findings=findings or [],
    )


def tell(
    action: str,
    row: Medium,
    *,
    by: Viewer | None,
    at: datetime,
    details: Mapping[str, object] | None = None,
    failed: bool = False,
) -> None:
    """Put what happened to a medium into the journal."""
    journal.record(
        action,
        by=by,
        about=queries.medium_line(row).name,
        about_id=str(row.pk),
        details=details or {},
        outcome=FAILED if failed else "done",
        at=at,
    )


def _serially() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERS])


def _level(secrecy: str) -> str:
    return domain.STATE_SECRETS.get(secrecy, secrecy)
