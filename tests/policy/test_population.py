"""A whole population gets, person by person, what each gets as an explained case: to the fen, or the same refusal."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.made_up_bases import with_bases

from nianlun.kernel.months import month, show_month
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.lawbook import shipped
from nianlun.policy.population import (
    ENTERPRISE,
    GOVERNMENT_INSTITUTION,
    RESIDENT,
    SCHEMES,
    Amounts,
    Population,
    run,
)
from nianlun.policy.population_part import BAD_INPUT, CANNOT_ASSESS, COMPONENTS, NOT_IN_FORCE, TOO_LARGE
from nianlun.policy.tables import NotInForce

CODES = {NotInForce: NOT_IN_FORCE, BadCase: BAD_INPUT, CannotAssess: CANNOT_ASSESS}
FIRST_YEAR, YEARS = 1990, 36
# Hebei and a county of it, ways of their own (Guangdong, Guangxi, Inner Mongolia, Jilin, Shaanxi, Henan), no place.
PLACES = [440000, 450000, 150000, 220000, 610000, 410000, 330000, 460000]
REGIONS = [130000, 130683, *PLACES, 110000, 310000, 999999, 7]
BOOK = with_bases(shipped(), PLACES)
FEN = [0, 1, 300_000, 300_055, 1_234_567, 2_500_000]

person = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from([ENTERPRISE, ENTERPRISE, GOVERNMENT_INSTITUTION, RESIDENT, 7]),
        "region": st.sampled_from(REGIONS),
        "benefit_month": st.one_of(st.integers(month(2005, 11), month(2028, 2)), st.just(month(2025, 3))),
        "age": st.sampled_from([-1, 0, 480, 599, 600, 601, 719, 720, 721, 745, 900, 1240]),
        "deemed": st.sampled_from([0, 0, 1, 241, 244, 1921]),
        "paid_before_account": st.sampled_from([0, 72, 84, -2]),
        "service": st.sampled_from([-1, 0, 1, 480, 703]),
        "balance": st.sampled_from([0, 1, 8_001_377, 99_999_999, 10**10, 10**10 + 1, -1]),
        "deemed_since": st.sampled_from([1850, 1980, 1985, 1992]),
        "deemed_years": st.sampled_from([0, 1, 5, 9]),
        "index": st.sampled_from([-1, -1, 0, 5999, 7079, 31_234, 100_000, 100_001]),
        "annuity_balance": st.sampled_from([0, 5_000_000, -1]),
        "paid_from": st.sampled_from([1990, 1993, 1996, 2001]),
        "paid_until": st.sampled_from([1994, 2010, 2024, 2026]),
        "bases": st.lists(st.sampled_from([*FEN, 10**10, 10**10 + 1, -1][:7]), min_size=1, max_size=5),
    }
)


def population(persons: list[dict]) -> Population:
    def column(name: str, *, dtype: type = np.int64) -> np.ndarray:
        return np.array([one[name] for one in persons], dtype=dtype)

    bases = np.zeros((YEARS, len(persons)), dtype=np.int64)
    for number, one in enumerate(persons):
        for year in range(one["paid_from"], one["paid_until"]):
            bases[year - FIRST_YEAR, number] = one["bases"][year % len(one["bases"])]
    return Population(
        scheme=column("scheme"),
        region=column("region", dtype=np.int32),
        benefit_month=column("benefit_month", dtype=np.int32),
        birth_month=column("benefit_month") - column("age"),
        deemed=column("deemed", dtype=np.int16),
        paid_before_account=column("paid_before_account", dtype=np.int16),
        total=column("deemed") + column("paid_before_account") + column("service"),
        balance=column("balance"),
        deemed_since=column("deemed_since", dtype=np.int16),
        deemed_until=column("deemed_since", dtype=np.int16) + column("deemed_years", dtype=np.int16),
        first_year=FIRST_YEAR,
        bases=bases,
        index=column("index", dtype=np.int32),
        annuity_balance=column("annuity_balance"),
    )


def explained(people: Population, number: int) -> Assessment:
    """The same person as a case."""
    at = {name: array[..., number] for name, array in people.arrays().items()}
    deemed, total = Decimal(int(at["deemed"])) / 2, Decimal(int(at["total"])) / 2
    resident = {
        "region": f"{int(at['region']):06d}",
        "benefit_date": show_month(int(at["benefit_month"])),
        "birth": show_month(int(at["birth_month"])),
        "account_balance": yuan(at["balance"]),
    }
    if at["scheme"] == RESIDENT:
        return assess("resident_benefit", resident, book=BOOK)
    inputs = resident | {"deemed_months": deemed, "paid_months": total - deemed}
    if at["index"] >= 0:
        inputs["avg_index"] = Decimal(int(at["index"])) / 10_000
    else:
        first = (
            min(FIRST_YEAR, int(at["deemed_since"]))
            if at["deemed_since"] < at["deemed_until"]
            else FIRST_YEAR
        )
        years = range(first, FIRST_YEAR + YEARS)  # a year in between is a gap, which counts in Beijing
        inputs["yearly_bases"] = [
            {
                "year": year,
                "base": yuan(at["bases"][year - FIRST_YEAR] if year >= FIRST_YEAR else 0),
                "deemed": bool(at["deemed_since"] <= year < at["deemed_until"]),
            }
            for year in years
        ]
    if at["scheme"] == GOVERNMENT_INSTITUTION:
        return assess(
            "government_benefit", inputs | {"annuity_balance": yuan(at["annuity_balance"])}, book=BOOK
        )
    inputs |= {
        "pre_account_paid_months": Decimal(int(at["paid_before_account"])) / 2,
        "total_months": total,
    }
    return assess("enterprise_benefit", inputs, book=BOOK)


def yuan(fen: object) -> Decimal:
    return Decimal(int(fen)).scaleb(-2)  # type: ignore[call-overload]


def outcome(people: Population, number: int) -> tuple:
    """The explained answer in the words of the population's."""
    if people.scheme[number] >= len(SCHEMES):
        return (BAD_INPUT,)
    try:
        answer = explained(people, number)
    except (NotInForce, BadCase, CannotAssess) as reason:
        return (CODES[type(reason)],)
    amounts = {name: answer.amounts.get(name, Decimal(0)) for name in COMPONENTS}
    return (amounts, answer.total, answer.provisional)


def found(amounts: Amounts, number: int) -> tuple:
    refused = amounts.refusal(number)
    if refused:
        assert not amounts.total[number]
        assert not any(column[number] for column in amounts.components.values())
        return (refused.code,)
    components = {name: yuan(column[number]) for name, column in amounts.components.items()}
    return (components, yuan(amounts.total[number]), bool(amounts.provisional[number]))


def plain(**changes: object) -> dict:
    """An ordinary worker of Hebei, with what differs."""
    return {
        "scheme": ENTERPRISE,
        "region": 130600,
        "benefit_month": month(2025, 3),
        "age": 720,
        "deemed": 244,
        "paid_before_account": 72,
        "service": 702,
        "balance": 8_001_377,
        "deemed_since": 1983,
        "deemed_years": 10,
        "index": -1,
        "annuity_balance": 0,
        "paid_from": 1993,
        "paid_until": 2025,
        "bases": [300_055, 410_000],
    } | changes


@given(st.lists(person, min_size=1, max_size=6), st.booleans())
@settings(deadline=None, max_examples=80)
def test_everyone_gets_what_the_explained_case_gets(persons, together):
    if together:  # under the same rules they are worked on in the same columns
        persons = [
            one | {name: persons[0][name] for name in ("scheme", "region", "benefit_month")}
            for one in persons
        ]
    people = population(persons)
    amounts = run(people, book=BOOK)
    for number in range(len(people)):
        ours, theirs = found(amounts, number), outcome(people, number)
        # Of several reasons a population is told the missing rule first, since it is asked once for all.
        assert ours == theirs or (ours, theirs) == ((NOT_IN_FORCE,), (BAD_INPUT,))


@pytest.mark.parametrize("scheme", range(len(SCHEMES)))
@pytest.mark.parametrize("year", range(2004, 2029))
def test_in_every_benefit_year_both_runs_agree(year, scheme):
    draw = np.random.default_rng(year)
    persons = []
    for region in [130000, 130683, 130000, *draw.choice(PLACES, 3)]:
        of_government = scheme == GOVERNMENT_INSTITUTION
        persons.append(
            plain(
                scheme=scheme,
                region=int(region),
                benefit_month=month(year, int(draw.integers(1, 13))),
                deemed_since=int(draw.integers(1980, 1990)),
                deemed_years=int(draw.integers(0, 20)),
                age=int(draw.integers(540, 760)),
                deemed=0 if of_government else int(draw.integers(0, 300)),
                paid_before_account=0 if of_government else int(draw.integers(0, 80)),
                service=int(draw.integers(0, 20 * max(year - 2014, 1) if of_government else 600)),
                balance=int(draw.integers(0, 60_000_000)),
                index=-1 if region < 140000 else int(draw.integers(4000, 30_000)),
                annuity_balance=int(draw.integers(0, 20_000_000)) if of_government else 0,
                bases=draw.integers(50_000, 2_000_000, 5).tolist(),
            )
        )
    people = population(persons)
    amounts = run(people, book=BOOK)
    for number in range(len(people)):
        assert found(amounts, number) == outcome(people, number)


def test_people_of_every_scheme_are_answered():
    persons = [plain(benefit_month=month(year, 6)) for year in range(2020, 2026)]
    government = {"deemed": 0, "paid_before_account": 0, "service": 200, "deemed_years": 0}
    persons.append(plain(scheme=GOVERNMENT_INSTITUTION, benefit_month=month(2024, 12), **government))
    persons += [
        plain(scheme=RESIDENT, benefit_month=month(2023, 6), age=age) for age in (720, 731, 732, 800)
    ]
    people = population(persons)
    amounts = run(people, book=BOOK)
    assert amounts.answered.all()
    assert [found(amounts, n) for n in range(len(people))] == [
        outcome(people, n) for n in range(len(people))
    ]


def test_a_year_may_be_deemed_for_one_and_paid_for_another():
    persons = [plain(deemed_years=13), plain(deemed_years=10), plain(deemed_years=12, paid_from=1994)]
    people = population([one | {"bases": [90_000, 120_000]} for one in persons])
    amounts = run(people, book=BOOK)
    assert amounts.answered.all() and len(set(amounts.total.tolist())) == 3
    assert [found(amounts, n) for n in range(3)] == [outcome(people, n) for n in range(3)]


def test_a_refusal_says_why_in_the_words_of_the_single_case():
    people = population([plain(benefit_month=month(2028, 3)), plain(), plain(region=510000)])
    amounts = run(people, book=BOOK)
    assert amounts.answered.tolist() == [False, True, False]
    for number in (0, 2):
        with pytest.raises(NotInForce) as reason:
            explained(people, number)
        refused = amounts.refusal(number)
        assert refused is not None
        assert (refused.code, refused.sentence) == (NOT_IN_FORCE, str(reason.value))


def test_nobody_gets_a_number_at_an_age_beyond_the_table():
    people = population([plain(age=1440), plain(age=1441), plain(age=1560)])
    amounts = run(people, book=BOOK)
    assert [found(amounts, n) for n in range(3)] == [outcome(people, n) for n in range(3)]
    assert amounts.answered.tolist() == [True, False, False]


def test_one_absurd_person_takes_nothing_from_the_others():
    persons = [
        plain(),
        plain(bases=[10**10 + 1]),
        plain(balance=-1),
        plain(bases=[10**10]),
        plain(deemed=2000),
    ]
    amounts = run(population(persons), book=BOOK)
    assert [amounts.refusal(n) is None for n in range(5)] == [True, False, False, True, False]
    assert amounts.total[0] == run(population([plain()]), book=BOOK).total[0]


def test_a_table_with_an_absurd_value_refuses_its_people_alone():
    path = "130000/pension_base.toml"
    absurd = BOOK.amended({path: BOOK.files[path].replace("value = 7410", f"value = {10**14}")})
    people = population([plain(), plain(benefit_month=month(2024, 12))])
    amounts = run(people, book=absurd)
    refused = amounts.refusal(0)
    assert refused is not None and refused.code == TOO_LARGE
    assert amounts.answered.tolist() == [False, True]


@given(st.integers(1, 3), st.sampled_from([1, 2, 7, 1000]))
@settings(deadline=None, max_examples=12)
def test_threads_and_chunks_change_nothing(threads, chunk):
    persons = [plain(benefit_month=month(2024, 1) + n, balance=n * 1_000_003 - 1) for n in range(40)]
    people = population(persons)
    whole, parts = run(people, book=BOOK), run(people, book=BOOK, threads=threads, chunk=chunk)
    assert (whole.total == parts.total).all() and (whole.answered == parts.answered).all()
    assert [whole.refusal(n) for n in range(40)] == [parts.refusal(n) for n in range(40)]


def test_nobody_is_a_population_too():
    amounts = run(population([]), book=BOOK)
    assert amounts.total.size == 0 and amounts.refusals == ()


def test_floats_and_columns_of_another_length_are_refused():
    people = population([plain(), plain()])
    with pytest.raises(ValueError, match="whole numbers"):
        replace(people, balance=people.balance / 2)
    with pytest.raises(ValueError, match="2 persons"):
        replace(people, balance=people.balance[:1])
    with pytest.raises(ValueError, match="2 persons"):
        replace(people, bases=people.bases[:, :1])


def test_put_in_order_everyone_gets_the_same():
    months = [month(2025, 3), month(2024, 1), month(2028, 3), month(2025, 3), month(2024, 1)]
    people = population([plain(benefit_month=one, balance=n * 1_000_000) for n, one in enumerate(months)])
    ordered, order = people.ordered()
    before, after = run(people, book=BOOK), run(ordered, book=BOOK)
    assert np.array_equal(before.total[order], after.total)
    assert np.array_equal(before.answered[order], after.answered)
    assert order.tolist() != list(range(len(months)))  # there was something to put in order
