"""Everything known about one person's working life on a day, read once, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from nianlun.contributions import queries as contributions
from nianlun.contributions.domain import EMPLOYEE_SCHEMES, PaidMonth
from nianlun.entitlements import explain, papers
from nianlun.entitlements.domain import rules
from nianlun.entitlements.domain.career import (
    CareerMonths,
    Dispute,
    Spell,
    career_months,
    deemed_boundary,
)
from nianlun.entitlements.domain.retirement import RetirementView, retirement_view
from nianlun.entitlements.wish import Wish, believed
from nianlun.evidence import queries as evidence
from nianlun.evidence.domain import Kind
from nianlun.evidence.queries import ClaimLine, Contradiction, FactLine, SpellLine
from nianlun.kernel.months import month_of
from nianlun.policy.derivation import Node
from nianlun.policy.lawbook import LawBook, shipped
from nianlun.policy.tables import NotInForce, Span
from nianlun.registry.domain import PersonLine, Scheme

AS_IT_STANDS = Wish()


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """A working life with what it was judged from. `on` is the day of the law and of the look."""

    person: PersonLine
    on: date
    claims: tuple[ClaimLine, ...]
    facts: dict[Kind, FactLine]
    contradictions: tuple[Contradiction, ...]
    paid: tuple[PaidMonth, ...]
    resume: tuple[SpellLine, ...]
    spells: tuple[Spell, ...]
    disputes: tuple[Dispute, ...]
    account_start: Span | None
    deemed_until: int
    counting: frozenset[Scheme]
    career: CareerMonths
    birth: Node
    contribution: Node
    retirement: RetirementView


def gather(
    person: PersonLine,
    *,
    on: date,
    deep: bool = False,
    book: LawBook | None = None,
    wish: Wish = AS_IT_STANDS,
) -> Working:
    """Read claims, facts and postings of a person whom the caller may see, and judge every month.

    `deep` also explains the paid months posting by posting. `book` is the edition of the law (None: the one
    shipped), `wish` what somebody assumes.
    """
    claims = tuple(evidence.claims(person.id))
    facts = evidence.facts(person.id, lines=claims)
    if wish.accepted_claims:
        facts = believed(facts, claims, wish=wish, at=datetime.combine(on, time.min, tzinfo=UTC))
    resume = tuple(evidence.resume_lines(claims))
    paid = tuple(contributions.paid_months(person.id))
    return judge(person, claims=claims, facts=facts, resume=resume, paid=paid, on=on, deep=deep, book=book)


def judge(
    person: PersonLine,
    *,
    claims: tuple[ClaimLine, ...],
    facts: dict[Kind, FactLine],
    resume: tuple[SpellLine, ...],
    paid: tuple[PaidMonth, ...],
    on: date,
    deep: bool = False,
    book: LawBook | None = None,
) -> Working:
    """The same without a database: what the lines say of a working life."""
    contradictions = tuple(evidence.contradictions(claims))
    spells = tuple(papers.spells_of(claims, resume=resume))
    disputes = tuple(papers.disputes_of(contradictions, facts=facts))
    book = book or shipped()
    start = _account_start(person, on=on, book=book)
    deemed_until = (
        deemed_boundary(paid=paid, account_start=rules.start_month(start), scheme=person.scheme)
        if start
        else 0
    )
    counting = frozenset({Scheme.RESIDENT}) if person.scheme is Scheme.RESIDENT else EMPLOYEE_SCHEMES
    work_start = facts.get(Kind.WORK_START)
    birth = explain.fact_node(Kind.BIRTH_DATE, fact=facts.get(Kind.BIRTH_DATE), claims=claims)

    def career_upto(upto: int) -> CareerMonths:
        return career_months(
            paid=paid,
            spells=spells,
            disputes=disputes,
            deemed_until=deemed_until,
            upto=upto,
            counting=frozenset(s.value for s in counting),
            not_before=month_of(work_start.earliest) if work_start else None,
        )

    def retirement_with(career: CareerMonths, contribution: Node) -> RetirementView:
        fact = facts.get(Kind.BIRTH_DATE)
        born = (fact.earliest, fact.latest) if fact else None
        return retirement_view(
            person, born=born, birth=birth, career=career, contributions=contribution, on=on, book=book
        )

    empty = CareerMonths(first=0, states="", kinds="", reasons=())
    statutory = retirement_with(empty, birth).statutory_month
    career = career_upto(_upto(paid, statutory=statutory, on=on))
    contribution = explain.contribution_node(
        career,
        paid=paid,
        spells=spells,
        claims=claims,
        start=start,
        deemed_until=deemed_until,
        counting=counting,
        deep=deep,
    )
    return Working(
        person=person,
        on=on,
        claims=claims,
        facts=facts,
        contradictions=contradictions,
        paid=paid,
        resume=resume,
        spells=spells,
        disputes=disputes,
        account_start=start,
        deemed_until=deemed_until,
        counting=counting,
        career=career,
        birth=birth,
        contribution=contribution,
        retirement=retirement_with(career, contribution),
    )


def _upto(paid: tuple[PaidMonth, ...], *, statutory: int | None, on: date) -> int:
    """The first month not looked at: a month still running is no gap, nor is one after retirement age."""
    now = month_of(on)
    end = now if statutory is None else min(now, statutory + 1)
    return max([end, *(one.month + 1 for one in paid if one.month <= now)])


def _account_start(person: PersonLine, *, on: date, book: LawBook) -> Span | None:
    if person.scheme is Scheme.RESIDENT:
        return None
    try:
        return rules.account_start(book, scheme=person.scheme, division=person.division, on=on)
    except NotInForce:
        return None
