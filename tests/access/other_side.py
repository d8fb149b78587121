"""What belongs to others: a city with its agency, its people, their papers and whatever hangs on them.

`OTHERS` says, for each part of an address, which of these things is asked for. Whoever adds a page whose address
names a thing adds the thing here; the sweep in `test_outsiders` fails until then.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from PIL import Image
from tests import factories
from tests.business.counter import details_for
from tests.media.shelf import planned
from tests.vault.small_archive import examine, file

from nianlun.access import ledger
from nianlun.access import operations as access_operations
from nianlun.access import queries as access
from nianlun.access.domain import Role, TokenScope, Viewer
from nianlun.access.models import Stop
from nianlun.access.operations import emergencies, granting, substitutes, tokens
from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import DocumentKind
from nianlun.cases.models import Case, Material, Slip
from nianlun.cases.operations import opening
from nianlun.contributions import operations as contribution_operations
from nianlun.contributions import queries as contributions
from nianlun.contributions.models import RosterImport
from nianlun.digitization import operations as digitization
from nianlun.digitization import page_images
from nianlun.digitization import queries as batches
from nianlun.digitization.reading import PageImage
from nianlun.entitlements.models import AssessmentRecord
from nianlun.evidence import queries as evidence
from nianlun.evidence import rulings
from nianlun.evidence.domain import Kind
from nianlun.journal import certificates
from nianlun.journal.models import Entry
from nianlun.kernel.document_codes import new_code
from nianlun.kernel.identifiers import uuid7
from nianlun.media import queries as media
from nianlun.notices import operations as notices
from nianlun.notices.operations.contacts import CONTACT_CHANGED
from nianlun.registry import kin_declaring
from nianlun.registry import operations as registry
from nianlun.registry import queries as registry_queries
from nianlun.registry.domain import AgencyLine, PersonLine, Relation
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import Destruction, StoredObject
from nianlun.watch import alarms, exports, listed
from nianlun.watch.domain.rules import Finding
from nianlun.watch.domain.rules import Kind as AlarmKind
from nianlun.watch.models import Alarm, Listed

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DIVISION, AGENCY = "130102", "石家庄市长安区养老保险经办处"
NAME, MILL, TITLE = "欧阳远山", "石家庄市远山机械厂", "远山厂退休材料"
NUMBER = "P900000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSide:
    """Ids of one of everything, and the words by which any of it would betray itself."""

    agency: AgencyLine
    person: PersonLine
    employer_id: UUID
    item_id: UUID
    page_id: UUID
    claim_id: UUID
    ruling_id: UUID
    posting_id: UUID
    roster_id: UUID
    reversal_id: UUID
    assessment_id: UUID
    batch_id: UUID
    sheet_id: UUID
    set_id: UUID
    medium_id: UUID
    document_id: UUID
    destruction_id: UUID
    entry_id: int
    account_id: int
    session_id: UUID
    factor_id: UUID
    stop_id: int
    alarm_id: UUID
    listed_id: UUID
    notice_id: UUID
    grant_id: int
    request_id: int
    substitution_id: int
    glass_id: int
    password_request_id: UUID

    case_number: str
    material_id: int
    slip_id: UUID
    export_id: UUID
    kin_id: UUID
    token_id: UUID
    item_code: str

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands on no page of an outsider."""
        return (
            NAME,
            MILL,
            TITLE,
            NUMBER,
            self.item_code,
            self.case_number,
            self.person.masked_identity_number[:6],
        )


OTHERS: Mapping[str, Callable[[OtherSide], object]] = {
    "<uuid:person_id>": lambda side: side.person.id,
    "<uuid:item_id>": lambda side: side.item_id,
    "<uuid:page_id>": lambda side: side.page_id,
    "<uuid:claim_id>": lambda side: side.claim_id,
    "<uuid:ruling_id>": lambda side: side.ruling_id,
    "<uuid:posting_id>": lambda side: side.posting_id,
    "<uuid:roster_id>": lambda side: side.roster_id,
    "<uuid:reversal_id>": lambda side: side.reversal_id,
    "<uuid:record_id>": lambda side: side.assessment_id,
    "<uuid:batch_id>": lambda side: side.batch_id,
    "<uuid:sheet_id>": lambda side: side.sheet_id,
    "<uuid:set_id>": lambda side: side.set_id,
    "<uuid:medium_id>": lambda side: side.medium_id,
    "<uuid:document_id>": lambda side: side.document_id,
    "<uuid:destruction_id>": lambda side: side.destruction_id,
    "<path:object_id>": lambda side: f"urn:nianlun:item:{side.item_id}",
    "<int:entry_id>": lambda side: side.entry_id,
    "<int:account_id>": lambda side: side.account_id,
    "<uuid:session_id>": lambda side: side.session_id,
    "<uuid:factor_id>": lambda side: side.factor_id,
    "<int:stop_id>": lambda side: side.stop_id,
    "<uuid:alarm_id>": lambda side: side.alarm_id,
    "<uuid:listed_id>": lambda side: side.listed_id,
    "<uuid:notice_id>": lambda side: side.notice_id,
    "<int:grant_id>": lambda side: side.grant_id,
    "<int:request_id>": lambda side: side.request_id,
    "<int:substitution_id>": lambda side: side.substitution_id,
    "<int:glass_id>": lambda side: side.glass_id,
    "<uuid:request_id>": lambda side: side.password_request_id,
    "<str:number>": lambda side: side.case_number,
    "<int:material_id>": lambda side: side.material_id,
    "<uuid:slip_id>": lambda side: side.slip_id,
    "<uuid:export_id>": lambda side: side.export_id,
    "<uuid:token_id>": lambda side: side.token_id,
    "<number>": lambda side: side.case_number,
    "<uuid:kin_id>": lambda side: side.kin_id,
}
"""What an address asks for, by the part of it that asks."""

WORDS: Mapping[str, str] = {
    "<str:node>": "birth_date",
    "<str:kind>": "birth_date",
    "<str:state>": "all",
    "<str:category>": "business",
    "<int:number>": "1",
    "<int:page>": "1",
    "<str:tab>": "materials",
    "<str:deed>": "accept",
    "<str:type_code>": "retirement",
    "<code>": "retirement",
    "<str:name>": "pension_base",
    "<str:region>": "130000",
}
"""Parts of addresses that name no thing: a page's number, a kind of paper, a table of the law."""

NOBODYS: Mapping[str, str] = {
    "<uuid:draft_id>": "a draft of the law is the whole province's",
    "<uuid:run_id>": "a check of the vault goes over every object",
    "<uuid:incident_id>": "an incident names an object by its number only",
    "<uuid:check_id>": "a proving of the log goes over the whole log",
}
"""Things that belong to no side, and why: whoever may see one may see all. For the others they are not there."""

NOWHERE = UUID("019b76da-0000-7000-8000-000000000000")
NO_NUMBER = 2**62


def other_side() -> OtherSide:
    """A city elsewhere after a few days of work, done by accounts of its own."""
    agency = factories.agency(DIVISION, AGENCY)

    def staff(role: str) -> Viewer:
        return factories.staff(role, scope=DIVISION, agency_name=AGENCY)

    clerk, archivist, keeper = staff("clerk"), staff("archivist"), staff("keeper")
    archives.open_fonds("C027", name=AGENCY, agency_id=agency.id, by=archivist, at=AT)
    person = _person(clerk, agency)
    mill = registry.register_employer(by=clerk, name=MILL, agency_id=agency.id, at=AT)
    factories.pay(person.id, employer_id=mill, since="2026-01", until="2026-03")
    item_id = file(
        agency.id,
        DocumentKind.HIRING_APPROVAL,
        made="1984-08-29",
        person=person.id,
        said={"birth_date": "1966-04-28", "work_start": "1984-09"},
    )
    _picture(item_id)
    case_number, material_id, slip_id = _case(person.id, clerk=clerk)
    return OtherSide(
        case_number=case_number,
        material_id=material_id,
        slip_id=slip_id,
        agency=agency,
        person=person,
        employer_id=mill,
        item_id=item_id,
        page_id=archive_queries.pages(item_id)[0].id,
        claim_id=evidence.claims_of_item(item_id)[0].id,
        ruling_id=_ruling(person.id, first=archivist, second=staff("reviewer"), item_id=item_id),
        posting_id=(posting_id := contributions.postings(person.id)[0].id),
        roster_id=_roster(clerk),
        reversal_id=_reversal(person.id, posting_id, by=clerk),
        assessment_id=_assessment(person.id, by=clerk),
        batch_id=(batch_id := _batch(agency.id, person.id, by=archivist)),
        sheet_id=batches.sheets(batch_id)[0].id,
        set_id=(set_id := planned(keeper, secrecy=Secrecy.INTERNAL)),
        medium_id=media.media_set(keeper, set_id).media[0].id,
        document_id=_document(agency, person, by=archivist),
        destruction_id=_destruction(item_id, by=archivist),
        entry_id=Entry.objects.filter(account_id=clerk.account_id).latest("pk").pk,
        account_id=clerk.account_id,
        session_id=_session(clerk),
        factor_id=_factor(clerk),
        stop_id=_stop(clerk),
        alarm_id=_alarm(clerk),
        listed_id=_listed(staff("security_officer")),
        notice_id=_notice(person),
        grant_id=ledger.own(clerk, at=timezone.now())[0].id,
        request_id=_request(clerk, by=staff("leader")),
        substitution_id=_substitution(clerk, colleague=staff("reviewer")),
        glass_id=_glass(staff("reviewer")),
        password_request_id=_password_request(clerk),
        export_id=_export(clerk),
        kin_id=_kin(clerk),
        token_id=_token(staff("system_officer")),
        item_code=archive_queries.items([item_id])[item_id].code,
    )


def _token(officer: Viewer) -> UUID:
    """A token for a program of that side."""
    return tokens.make_token(
        officer,
        name="远山厂人力资源系统",
        scope=DIVISION,
        agency_name=AGENCY,
        scopes=[TokenScope.CASES_READ],
        until=timezone.now() + timedelta(days=30),
        at=timezone.now(),
    ).id


def _roster(clerk: Viewer) -> UUID:
    """One that waits for a second person; whose rows it holds is of no account here."""
    return RosterImport.objects.create(
        sha512="e" * 128, name=f"{MILL}缴费名册.xlsx", division=DIVISION, rows=2, added_postings=0, known_rows=0,
        refused_rows=0, by_id=clerk.account_id, at=AT, vault_object="urn:nianlun:roster:other-side",
    ).pk  # fmt: skip


def _reversal(person_id: UUID, posting_id: UUID, *, by: Viewer) -> UUID:
    return contribution_operations.propose_reversal(
        by, person_id=person_id, postings=[posting_id], reason="名册录错了月份", at=AT
    )


def _case(person_id: UUID, *, clerk: Viewer) -> tuple[str, int, UUID]:
    """A case at the door with a paper and a slip; as rows, since their bytes are nobody's business here."""
    case_id = opening.open_case(
        "retirement",
        by=clerk,
        details=details_for("retirement"),
        request_key=uuid7(),
        person_id=person_id,
        at=AT,
    )
    row = Case.objects.get(pk=case_id)
    material = Material.objects.create(
        case=row,
        requirement="application",
        how="copy_kept",
        file_name="materials/001-application.jpg",
        page_count=1,
        account_id=clerk.account_id,
        by_name=clerk.name,
        at=AT,
    )
    slip = Slip.objects.create(
        case=row,
        kind="acceptance",
        number="长安社保受〔2026〕00001号",
        file_name="slips/01-acceptance.pdf",
        page_count=1,
        issued_at=AT,
        issued_by=clerk.name,
        for_action=row.actions.get(),
    )
    return row.number, material.pk, slip.pk


def _session(who: Viewer) -> UUID:
    factories.client_of(who)
    return access.sessions(who, at=timezone.now())[0].id


def _password_request(who: Viewer) -> UUID:
    at = timezone.now()
    login, _ = access.login_and_name(who.account_id)
    access_operations.ask_for_password(username=login, address="", at=at)
    officer = factories.staff("system_officer", scope=DIVISION, agency_name=AGENCY)
    return access.password_requests(officer, at=at)[0].id


def _factor(who: Viewer) -> UUID:
    factories.authenticator(who)
    return access.factors(who)[0].id


def _stop(clerk: Viewer) -> int:
    access_operations.stop_queries(clerk, reason="一小时内查阅超过 120 人", at=AT)
    return Stop.objects.get(account_id=clerk.account_id).pk


def _alarm(clerk: Viewer) -> UUID:
    found = Finding(
        kind=AlarmKind.MANY, account_id=clerk.account_id, since=AT, until=AT, evidence=(), count=61
    )
    alarms.raise_alarm(found, about=alarms.of_viewer(clerk), at=AT)
    return Alarm.objects.get(account_id=clerk.account_id).pk


def _export(clerk: Viewer) -> UUID:
    return exports.ask(
        clerk,
        name="desk.people",
        filters={},
        file_format="csv",
        reason="核对本月到龄人员",
        token=NOWHERE,
        at=AT,
    )


def _listed(officer: Viewer) -> UUID:
    listed.enlist(officer, number=factories.identity_number(), reason="本市知名演员", at=AT)
    return Listed.objects.get(scope=DIVISION).pk


def _notice(person: PersonLine) -> UUID:
    return notices.send(
        person_id=person.id,
        kind=CONTACT_CHANGED,
        title=TITLE,
        text=f"{NAME}在{MILL}的材料已收到。",
        about="",
        about_id="",
        division=person.division,
        key="other-side",
        at=AT,
    )


def _request(clerk: Viewer, *, by: Viewer) -> int:
    return granting.ask(
        by,
        account_id=clerk.account_id,
        username="",
        name="",
        agency_name="",
        role=Role.REVIEWER,
        scope=DIVISION,
        until=timezone.localdate() + timedelta(days=90),
        reason="复核人手不够",
        at=timezone.now(),
    )


def _substitution(clerk: Viewer, *, colleague: Viewer) -> int:
    today = timezone.localdate()
    return substitutes.name_substitute(
        clerk,
        substitute_id=colleague.account_id,
        since=today,
        until=today + timedelta(days=3),
        reason="年休假，回乡探亲",
        at=timezone.now(),
    )


def _kin(clerk: Viewer) -> UUID:
    """A declaration that waits for internal control."""
    kin_id = kin_declaring.declare_kin(
        clerk,
        relation=Relation.SPOUSE,
        name=NAME,
        identity_number=factories.identity_number(sex="female"),
        at=timezone.now(),
    )
    kin_declaring.ask_withdrawal(clerk, kin_id=kin_id, reason="写错了人", at=timezone.now())
    return kin_id


def _glass(reviewer: Viewer) -> int:
    return emergencies.ask_glass(
        reviewer, role=Role.LEADER, reason="发放文件须在零点前核准", at=timezone.now()
    )


def _person(clerk: Viewer, agency: AgencyLine) -> PersonLine:
    person_id = registry.register_person(
        by=clerk,
        name=NAME,
        identity_number=factories.identity_number(division="131182"),
        scheme="enterprise",
        category=60,
        agency_id=agency.id,
        personal_number=NUMBER,
        at=AT,
    )
    return registry_queries.system_person(person_id)


def _picture(item_id: UUID) -> None:
    """A picture of the page lies at hand, so that it would be given out."""
    written = io.BytesIO()
    Image.new("L", (60, 80), 240).save(written, "JPEG")
    picture = PageImage(
        content=written.getvalue(), media_type="image/jpeg", width=60, height=80, rotation=0
    )
    folder = page_images._folder(item_id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1.img").write_bytes(picture.content)
    (folder / "1.json").write_text(json.dumps(picture.to_json()))


def _ruling(person_id: UUID, *, first: Viewer, second: Viewer, item_id: UUID) -> UUID:
    examine(item_id, first=first, second=second, at=AT)
    return rulings.propose_by_rule(person_id, kind=Kind.BIRTH_DATE, by=first, at=AT)


def _assessment(person_id: UUID, *, by: Viewer) -> UUID:
    """A row of its own: computing one takes the law of a province, and what it says decides nothing here."""
    return AssessmentRecord.objects.create(
        person_id=person_id,
        kind="enterprise_benefit",
        benefit_month=2026 * 12 + 4,
        total=Decimal("3456.78"),
        provisional=False,
        edition="0" * 64,
        knowledge_at=AT,
        grounds="{}",
        answer="{}",
        digest="0" * 64,
        proposed_by_id=by.account_id,
        proposed_by_name=by.name,
        proposed_at=AT,
    ).pk


def _batch(agency_id: UUID, person_id: UUID, *, by: Viewer) -> UUID:
    batch_id = digitization.open_batch(TITLE, agency_id=agency_id, person_id=person_id, by=by, at=AT)
    digitization.receive(
        batch_id, name=f"{TITLE}.jpg", stream=io.BytesIO(b"\xff\xd8"), by=by, at=AT, start=False
    )
    return batch_id


def _document(agency: AgencyLine, person: PersonLine, *, by: Viewer) -> UUID:
    return certificates.seal(
        new_code(), b"%PDF-1.7", kind=certificates.Kind.COPY, about_id=str(person.id), person_id=person.id, holder=NAME,
        agency_name=AGENCY, division=agency.division, pages=1, by=by, at=AT,
    )  # fmt: skip


def _destruction(item_id: UUID, *, by: Viewer) -> UUID:
    """A request that waits; as a row, since the term of retention of a working life has not passed."""
    return Destruction.objects.create(
        object=StoredObject.objects.get(object_id=f"urn:nianlun:item:{item_id}"),
        authority="销毁清册 2026-01",
        proposed_by_id=by.account_id,
        proposed_by_name=by.name,
        proposed_at=AT,
    ).pk
