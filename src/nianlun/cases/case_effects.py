"""What granted registrations and changes do: the register below this component learns of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from nianlun.access.domain import Refused, Viewer
from nianlun.archives.numbering import next_number
from nianlun.cases import register_changes
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.effects import Done, effect
from nianlun.cases.models import PERSONS
from nianlun.kernel.identity import NotAnIdentityNumber
from nianlun.registry import changing, changing_units
from nianlun.registry import operations as registry
from nianlun.registry.domain import AlreadyRegistered, NotRegistrable


@effect("registry.person_registered")
def register_person(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Register the person the case names, with the next personal number of the agency's division."""
    number = f"{case.division}{next_number(f'{PERSONS}{case.division}'):08d}"
    details = case.details
    try:
        person_id = registry.register_person(
            by=by,
            name=details.get("name", ""),
            identity_number=details.get("identity_number", ""),
            scheme=details.get("scheme", ""),
            category=int(details.get("category", "0")),
            agency_id=case.agency_id,
            personal_number=number,
            at=at,
        )
    except (NotRegistrable, AlreadyRegistered, ValueError) as reason:
        raise Refused(f"不能登记：{reason}") from reason
    return Done(sentence=f"已登记参保，个人编号 {number}。", person_id=person_id)


@effect("registry.employer_registered")
def register_employer(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Register the unit the case names."""
    details = case.details
    try:
        employer_id = registry.register_employer(
            by=by,
            name=details.get("unit_name", ""),
            agency_id=case.agency_id,
            credit_code=details.get("credit_code", "").upper(),
            since=date.fromisoformat(details["founded_on"]) if details.get("founded_on") else None,
            at=at,
        )
    except (NotRegistrable, AlreadyRegistered, ValueError) as reason:
        raise Refused(f"不能登记：{reason}") from reason
    return Done(sentence="已登记参保单位。", employer_id=employer_id)


@effect("registry.death_recorded", corrects=True)
def record_death(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Record the day of death. A correction of such a case replaces the day, or takes the record back."""
    person_id = _subject(case.person_id)
    with _in_words():
        changed = changing.record_death(
            by=by,
            person_id=person_id,
            died_on=register_changes.died_on(case),
            correcting=case.corrects is not None,
            case_number=case.number,
            at=at,
        )
    if changed is None:
        return Done(sentence="死亡日期已经登记过，这次没有改动。")
    if changed.before == "没有登记":
        return Done(sentence=f"已登记死亡日期 {changed.after}。")
    return Done(sentence=f"死亡登记已更正：{changed.before} 改为 {changed.after}。")


@effect("registry.identity_changed", corrects=True)
def change_identity(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Change name, number or sex. A birth date is not edited: it is ruled on (劳社部发〔1999〕8号 第二条)."""
    person_id, change = _subject(case.person_id), register_changes.identity_change(case)
    if change is None:
        return Done(sentence="登记没有改动：出生日期以认定为准，请接着办出生时间认定。")
    with _in_words():
        made = changing.change_identity(
            by=by, person_id=person_id, change=change, case_number=case.number, at=at
        )
    told = "；".join(f"{one.what}由“{one.before}”改为“{one.after}”" for one in made)
    return Done(sentence=f"登记已变更：{told}。原来的留作历史，仍可查到本人。")


@effect("registry.employer_changed", corrects=True)
def change_employer(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Change a unit's name or credit code; what else a unit may change is kept with the case only."""
    employer_id, change = _subject(case.employer_id), register_changes.unit_change(case)
    if change is None:
        return Done(sentence="单位登记里没有这一项，变更前后的内容随本业务归档。")
    with _in_words():
        made = changing_units.change_employer(
            by=by, employer_id=employer_id, change=change, case_number=case.number, at=at
        )
    return Done(sentence=f"单位{made.what}已变更：由“{made.before}”改为“{made.after}”。")


@effect("registry.employer_closed", corrects=True)
def close_employer(case: CaseFacts, *, by: Viewer, at: datetime) -> Done:
    """Record that the unit no longer exists; a correction of such a case replaces the day."""
    employer_id, ended_on = _subject(case.employer_id), register_changes.day(case, "ended_on")
    if ended_on is None:
        raise Refused("没有填写终止日期，不能注销。请退回补录。")
    with _in_words():
        changing_units.close_employer(
            by=by,
            employer_id=employer_id,
            ended_on=ended_on,
            correcting=case.corrects is not None,
            case_number=case.number,
            at=at,
        )
    return Done(sentence=f"单位已注销，终止日期 {ended_on}。")


def _subject(found: UUID | None) -> UUID:
    if found is None:
        raise Refused("这件业务没有选定对象，不能批准。请退回，重新立案。")
    return found


@contextmanager
def _in_words() -> Iterator[None]:
    """What the register cannot do now is refused with its sentence."""
    try:
        yield
    except (NotRegistrable, AlreadyRegistered, NotAnIdentityNumber) as reason:
        raise Refused(f"不能生效：{reason}") from reason
