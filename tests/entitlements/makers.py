"""Lines as the lower components' queries hand them out, made without a database."""

from datetime import date
from decimal import Decimal

from tests.factories import START

from nianlun.archives.domain import DocumentKind, Grade
from nianlun.contributions.domain import PaidMonth
from nianlun.evidence.domain import Kind
from nianlun.evidence.queries import ClaimLine, FactLine
from nianlun.kernel.dates import parse_partial_date
from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.months import parse_month
from nianlun.registry.domain import PersonLine, Scheme, Sex

MILL, SHOP = "保定市第二棉纺厂", "保定恒丰服装有限公司"


def person(*, sex=Sex.FEMALE, category=55, scheme=Scheme.ENTERPRISE) -> PersonLine:
    return PersonLine(
        id=uuid7(),
        name="周桂兰",
        masked_identity_number="1306••••••••••0429",
        sex=sex,
        scheme=scheme,
        category=category,
        agency_id=uuid7(),
        agency_name="保定市莲池区养老保险经办处",
        division="130606",
        personal_number="00982214",
        is_sample=True,
    )


def paper(kind: DocumentKind, *, made: str, original: bool = True, **said: str) -> list[ClaimLine]:
    """The settled claims of one paper of one page."""
    item, page, recorded, about = uuid7(), uuid7(), parse_partial_date(made), kind.about
    grade = Grade.B if about.grade is Grade.A and not original else about.grade
    lines = []
    for number, (name, value) in enumerate(said.items(), start=1):
        what = Kind(name)
        dated = parse_partial_date(value) if what.is_date else None
        lines.append(
            ClaimLine(
                id=uuid7(),
                person_id=None,
                kind=what,
                number=number,
                value=value,
                machine_value=value,
                machine_confidence=0.9,
                state="confirmed",
                state_label="已确认",
                altered=False,
                polygon=[],
                earliest=dated.earliest if dated else None,
                latest=dated.latest if dated else None,
                page_id=page,
                page_number=1,
                item_id=item,
                archival_code="B013-YW·2026-0001",
                document_kind=kind,
                document_title=kind.label,
                recorded_on=recorded.text,
                recorded_earliest=recorded.earliest,
                recorded_latest=recorded.latest,
                in_personnel_file=about.in_personnel_file,
                written_by_the_person=about.written_by_the_person,
                is_original=original,
                grade=grade,
                unit=said.get("unit", ""),
                is_sample=True,
            )
        )
    return lines


def fact(kind: Kind, value: str, *, decisive=(), against=()) -> FactLine:
    """A fact in force, by the rule."""
    dated = parse_partial_date(value)
    return FactLine(
        id=uuid7(),
        kind=kind,
        value=value,
        earliest=dated.earliest,
        latest=dated.latest,
        known_since=START,
        ruling_id=uuid7(),
        rule="劳社部发〔1999〕8号 第二条",
        reason="按档案最先记载认定。",
        by_rule=True,
        proposed_by="李敏",
        confirmed_by="王强",
        is_sample=True,
        decisive=tuple(decisive),
        against=tuple(against),
    )


def paid(since: str, until: str, unit: str = MILL, *, scheme=Scheme.ENTERPRISE) -> list[PaidMonth]:
    """Months paid from `since` to before `until`."""
    employer = None if scheme in (Scheme.FLEXIBLE, Scheme.RESIDENT) else uuid7()
    return [
        PaidMonth(
            month=month,
            scheme=scheme,
            employer_id=employer,
            employer_name=unit if employer else "",
            base=Decimal("1386.00"),
            personal=Decimal("110.88"),
            employer_part=Decimal("277.20"),
            sources=("sample",),
            postings=(uuid7(),),
        )
        for month in range(parse_month(since), parse_month(until))
    ]


ON = date(2026, 11, 23)
