"""What follows a reading: its fields become proposed claims, its identity number says whose item it may be."""

from datetime import datetime
from uuid import UUID

from nianlun.archives import queries as archives
from nianlun.digitization import queries as digitization
from nianlun.digitization.reading.values import Field
from nianlun.digitization.steps import PAGE_READ
from nianlun.evidence import operations
from nianlun.evidence.domain import Kind
from nianlun.evidence.operations import Proposal
from nianlun.jobs import operations as jobs
from nianlun.jobs.domain import Job
from nianlun.jobs.registry import handles
from nianlun.kernel.dates import NotADate, parse_partial_date
from nianlun.registry import queries as registry
from nianlun.registry.domain import scope_of_division


@handles(PAGE_READ)
def propose_claims(job: Job, at: datetime) -> None:
    """Enter the fields of a reading as claims, and find the person an unattributed item speaks of."""
    reading = digitization.reading(UUID(job.payload["reading"]))
    page = archives.page(reading.page_id)
    kinds = set(Kind)
    fields = [field for field in reading.fields if field.name in kinds and field.value]
    proposals = [_proposal(field, width=page.width, height=page.height) for field in fields]
    with jobs.effect(job):
        _attribute(page.item_id, fields=fields, at=at)
        operations.propose_claims(
            page.id, proposals=proposals, engine=reading.engine, at=at, is_sample=reading.is_sample
        )


def _proposal(field: Field, *, width: int, height: int) -> Proposal:
    return Proposal(
        kind=Kind(field.name),
        value=field.value,
        text=field.raw or field.value,
        polygon=[(x / max(1, width), y / max(1, height)) for x, y in field.box],
        confidence=field.confidence,
    )


def _attribute(item_id: UUID, *, fields: list[Field], at: datetime) -> None:
    """Suggest the owner of an item that came without one: by a registered identity number, else by name and birth."""
    item = archives.items([item_id])[item_id]
    if item.person_id is not None:
        return
    scope = scope_of_division(registry.agency(item.agency_id).division)
    for field in fields:
        if field.name == Kind.IDENTITY_NUMBER:
            person_id = registry.person_with_identity_number(field.value, division=scope)
            if person_id is not None:
                operations.attribute_item(item_id, person_id=person_id, by=None, at=at)
                return
    person_id = _by_name_and_birth(fields, scope=scope)
    if person_id is not None:
        operations.attribute_item(item_id, person_id=person_id, by=None, at=at)


def _by_name_and_birth(fields: list[Field], *, scope: str) -> UUID | None:
    said = {field.name: field.value for field in reversed(fields)}
    if not said.get(Kind.NAME) or not said.get(Kind.BIRTH_DATE):
        return None
    try:
        born = parse_partial_date(said[Kind.BIRTH_DATE])
    except NotADate:
        return None
    if born.month is None:  # a year alone fits too many namesakes
        return None
    return registry.person_named(
        said[Kind.NAME], earliest=born.earliest, latest=born.latest, division=scope
    )
