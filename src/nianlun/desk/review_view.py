"""What the review desk shows: each claim with its checks, what can be done with it, and the weight of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from nianlun.access.domain import Right, Viewer
from nianlun.archives import queries as archives
from nianlun.archives.domain import DocumentKind, Grade
from nianlun.archives.queries import ItemLine, PageLine
from nianlun.evidence import queries, queue
from nianlun.evidence.domain import RULED, SIXTEEN_YEARS, Kind
from nianlun.evidence.queries import ClaimLine
from nianlun.evidence.queue import ExaminationLine
from nianlun.kernel.months import month_of
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine
from nianlun.ui.widgets.review import (
    Check,
    Claim,
    ClaimState,
    PageImage,
    ReviewDesk,
    ReviewDocument,
    Thumbnail,
    review_desk,
)

UNDECIDED = "proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """Everything the desk's page needs for one item and page; `desk` is what the widget draws."""

    line: ExaminationLine
    item: ItemLine
    person: PersonLine | None
    page: PageLine
    desk: ReviewDesk
    total: int
    decided: int
    may_decide: bool
    may_confirm: bool
    own: bool

    @property
    def left(self) -> int:
        """Claims of the whole item that nobody has decided yet."""
        return self.total - self.decided


def build(
    who: Viewer, line: ExaminationLine, *, page: str = "", claim: str = "", fault: str = "", typed: str = ""
) -> ReviewView:
    """The desk for one item, turned to a page (by number) or to the page of a claim (by id).

    `fault` is what was wrong with the last decision on that claim, `typed` what had been written then.
    """
    item, pages = line.item, archives.pages(line.item.id)
    claims = queries.claims_of_item(item.id)
    chosen = next((c for c in claims if str(c.id) == claim), None)
    number = chosen.page_number if chosen else int(page) if page.isdecimal() and len(page) < 6 else 1
    shown = next((p for p in pages if p.number == number), pages[0])
    person = registry.person(who, item.person_id) if item.person_id else None
    may_decide = who.may(Right.REVIEW_DECIDE) and line.state in ("open", "rescan")
    others = _others(item)
    rows = [
        _claim(
            c,
            checks=_checks(c, person=person, others=others, item_claims=claims),
            can_decide=may_decide,
            fault=fault if chosen and c.id == chosen.id else "",
            typed=typed if chosen and c.id == chosen.id else "",
        )
        for c in claims
        if c.page_number == shown.number
    ]
    previous, following = queue.neighbours(who, line)
    return ReviewView(
        line=line,
        item=item,
        person=person,
        page=shown,
        desk=review_desk(
            document=_document(item, person=person),
            page=PageImage(url=_image(item.id, shown.number), width=shown.width, height=shown.height),
            claims=rows,
            thumbnails=[_thumbnail(item.id, p, current=p.number == shown.number) for p in pages],
            selected=chosen.number if chosen else None,
            stage=f"{line.state_label} · {line.submitted_by_name}初核"
            if line.submitted_by_name
            else line.state_label,
            weight=["：".join(page_weight(item, claims))],
            previous_url=reverse("desk:review", args=[previous]) if previous else "",
            next_url=reverse("desk:review", args=[following]) if following else "",
        ),
        total=len(claims),
        decided=sum(c.state != UNDECIDED for c in claims),
        may_decide=may_decide,
        may_confirm=who.may(Right.REVIEW_CONFIRM) and line.state == "submitted",
        own=line.submitted_by == who.account_id,
    )


def shown_value(claim: ClaimLine) -> str:
    """A claim's value in words; a kind of document by its label."""
    if claim.kind is Kind.DOCUMENT_KIND and claim.value in set(DocumentKind):
        return DocumentKind(claim.value).label
    return claim.value


def _claim(claim: ClaimLine, *, checks: Sequence[Check], can_decide: bool, fault: str, typed: str) -> Claim:
    machine = claim.machine_value
    if claim.kind is Kind.DOCUMENT_KIND and machine in set(DocumentKind):
        machine = DocumentKind(machine).label
    return Claim(
        number=claim.number,
        label=claim.kind.label,
        value=shown_value(claim),
        machine_value=machine,
        confidence=claim.machine_confidence,
        polygon=claim.polygon,
        state=_state(claim, checks=checks),
        checks=checks,
        note="",
        compare_url=_compare(claim),
        compare_label="对照其他材料",
        form_url=reverse("desk:review-decide", args=[claim.id]),
        can_decide=can_decide,
        fault=fault,
        typed=typed,
    )


def _state(claim: ClaimLine, *, checks: Sequence[Check]) -> ClaimState:
    states = {
        "accepted": ClaimState.ACCEPTED,
        "confirmed": ClaimState.ACCEPTED,
        "rewritten": ClaimState.REWRITTEN,
        "unreadable": ClaimState.UNREADABLE,
        "set_aside": ClaimState.UNREADABLE,
    }
    undecided = ClaimState.DISPUTED if any(c.outcome == "bad" for c in checks) else ClaimState.WAITING
    return states.get(claim.state, undecided)


def _compare(claim: ClaimLine) -> str:
    if claim.kind not in RULED or claim.person_id is None:
        return ""
    return reverse("desk:ruling-of-person", args=[claim.person_id, claim.kind.value])


def _document(item: ItemLine, *, person: PersonLine | None) -> ReviewDocument:
    chips = [("原件扫描" if item.is_original else "复印件", "ok" if item.is_original else "plain")]
    if person is None:
        chips.append(("未归人", "wait"))
    return ReviewDocument(
        title=item.title, code=item.code, person_name=person.name if person else "", chips=chips
    )


def _thumbnail(item_id: UUID, page: PageLine, *, current: bool) -> Thumbnail:
    return Thumbnail(
        url=_image(item_id, page.number),
        label=f"第 {page.number} 页",
        href=f"?page={page.number}",
        current=current,
    )


def _image(item_id: UUID, number: int) -> str:
    return reverse("desk:page-image", args=[item_id, number])


def page_weight(item: ItemLine, claims: Sequence[ClaimLine]) -> tuple[str, str]:
    """How strong the paper is, by three questions; no score, a conclusion and its reasons."""
    about = item.document_kind.about
    sealed = any(c.kind is Kind.SEAL and c.value for c in claims)
    if item.document_kind is DocumentKind.OTHER:
        return "待定", "材料种类还没有核定，分量也就说不清。"
    at_event = about.grade in (Grade.A, Grade.B)
    answers = [
        "形成于事发当时" if at_event else "事后形成",
        "盖有印章" if sealed else "没有见到印章",
        "本人填写" if about.written_by_the_person else "非本人填写",
        "原件" if item.is_original else "复印件",
    ]
    grade = queries.grade_of(item)
    return grade.label, "；".join(answers) + "。"


def _checks(
    claim: ClaimLine,
    *,
    person: PersonLine | None,
    others: Sequence[ClaimLine],
    item_claims: Sequence[ClaimLine],
) -> list[Check]:
    checks = []
    if person is not None:
        checks += _against_register(claim, person)
    if claim.earliest and claim.latest:
        checks += _against_calendar(claim, item_claims=item_claims)
        checks += _against_papers(claim, others)
    return checks


def _against_register(claim: ClaimLine, person: PersonLine) -> list[Check]:
    if claim.kind is Kind.NAME and claim.value:
        same = claim.value.replace(" ", "") == person.name
        return [
            Check(
                outcome="ok" if same else "bad",
                text="与登记姓名一致" if same else f"登记姓名是{person.name}",
            )
        ]
    if claim.kind is Kind.SEX and claim.value:
        registered = "男" if person.sex == "male" else "女"
        same = claim.value == registered
        return [
            Check(
                outcome="ok" if same else "bad",
                text="与登记性别一致" if same else f"登记性别是{registered}",
            )
        ]
    if claim.kind is Kind.IDENTITY_NUMBER and claim.value:
        same = claim.value == person.masked_identity_number
        text = "与登记的证件号码首尾一致" if same else "与登记的证件号码不同"
        return [Check(outcome="ok" if same else "bad", text=text)]
    return []


def _against_calendar(claim: ClaimLine, *, item_claims: Sequence[ClaimLine]) -> list[Check]:
    checks = []
    assert claim.earliest and claim.latest  # noqa: S101  the caller looked
    if claim.kind is Kind.WORK_START:
        born = next((c for c in item_claims if c.kind is Kind.BIRTH_DATE and c.earliest), None)
        if born and born.earliest:
            old_enough = month_of(claim.latest) - month_of(born.earliest) >= SIXTEEN_YEARS
            checks.append(
                Check(
                    outcome="ok" if old_enough else "bad",
                    text="满 16 周岁" if old_enough else "当时未满 16 周岁",
                )
            )
    made = next((c for c in item_claims if c.kind is Kind.RECORDED_ON and c.latest), None)
    if claim.kind is Kind.BIRTH_DATE and made and made.latest:
        earlier = claim.earliest <= made.latest
        checks.append(
            Check(outcome="ok" if earlier else "bad", text="早于形成日期" if earlier else "晚于形成日期")
        )
    return checks


def _against_papers(claim: ClaimLine, others: Sequence[ClaimLine]) -> list[Check]:
    if claim.kind not in (Kind.BIRTH_DATE, Kind.WORK_START):
        return []
    assert claim.earliest and claim.latest  # noqa: S101  the caller looked
    same = [c for c in others if c.kind is claim.kind and c.earliest and c.latest and c.id != claim.id]
    against = [c for c in same if not (c.earliest <= claim.latest and claim.earliest <= c.latest)]  # type: ignore[operator]
    if against:
        return [Check(outcome="bad", text=f"{c.document_title}写 {c.value}") for c in against[:2]]
    if same:
        return [Check(outcome="ok", text=f"与另外 {len(same)} 份材料一致")]
    return [Check(outcome="unknown", text="没有别的材料可对照")]


def _others(item: ItemLine) -> list[ClaimLine]:
    if item.person_id is None:
        return []
    return [c for c in queries.claims(item.person_id) if c.item_id != item.id and c.settled]
