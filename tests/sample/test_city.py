"""The sample city: the same for the same seed, true to its decades, and wrong only where it was meant to be."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from nianlun.kernel.credit_codes import CreditCode
from nianlun.kernel.dates import parse_partial_date
from nianlun.kernel.identity import IdentityNumber, from15
from nianlun.kernel.months import month
from nianlun.sample.city import build_city, reaches_age
from nianlun.sample.people import City, Flaw
from nianlun.sample.places import employers


@pytest.fixture(scope="module")
def city() -> City:
    return build_city()


def test_the_same_seed_gives_the_same_city_and_another_seed_another():
    assert build_city(seed=3, persons=40) == build_city(seed=3, persons=40)
    assert build_city(seed=3, persons=40) != build_city(seed=4, persons=40)


def test_a_smaller_city_is_the_beginning_of_a_larger_one_but_for_its_flaws():
    small, large = build_city(persons=30), build_city(persons=60)
    assert [p.identity_number for p in small.persons] == [p.identity_number for p in large.persons[:30]]


def test_three_hundred_people_of_four_schemes_live_there(city: City):
    schemes = Counter(p.scheme for p in city.persons)
    assert len(city.persons) == 300
    assert set(schemes) == {"enterprise", "flexible", "government_institution", "resident"}
    assert min(schemes.values()) >= 20


def test_every_identity_number_is_well_formed_and_fits_its_person(city: City):
    numbers = [IdentityNumber.parse(p.identity_number) for p in city.persons]
    assert len({n.text for n in numbers}) == len(numbers)
    for person, number in zip(city.persons, numbers, strict=True):
        assert (number.birth_date, number.sex) == (person.birth_date, person.sex)
        if person.old_number:
            assert from15(person.old_number) == number


def test_people_from_the_counties_carry_the_codes_of_before_1994(city: City):
    assert any(p.identity_number.startswith("1324") and p.division.startswith("1306") for p in city.persons)


def test_zhou_guilan_is_the_first_and_her_life_is_the_one_on_the_person_page(city: City):
    zhou = city.persons[0]
    assert (zhou.name, zhou.birth_date, zhou.category) == ("周桂兰", date(1967, 4, 28), 55)
    months = {m for s in zhou.spells for m in range(s.since, s.until)}
    assert month(2022, 4) + 1 - month(1984, 9) == 452
    assert len(months) == 435  # 36 years 3 months
    assert not months & set(range(month(1998, 7), month(1999, 12)))


def test_her_double_payment_of_2008_comes_to_1386_yuan(city: City):
    paid = city.persons[0].contributions
    own = [c for c in paid if not c.payer and month(2008, 3) <= c.month <= month(2008, 5)]
    other = [c for c in paid if c.payer and month(2008, 3) <= c.month <= month(2008, 5)]
    assert sum(c.own_part for c in own) == Decimal("1386.00")
    assert len(own) == len(other) == 3


def test_one_person_in_five_holds_a_contradiction_and_every_kind_is_met(city: City):
    flawed = {c.person for c in city.contradictions}
    assert 55 <= len(flawed) <= 65
    assert {c.kind for c in city.contradictions} == set(Flaw)


def test_nobody_else_is_paid_for_twice_in_a_month(city: City):
    meant = {c.person for c in city.contradictions if c.kind is Flaw.DOUBLE_PAID}
    for person in city.persons:
        months = Counter(c.month for c in person.contributions)
        assert (max(months.values(), default=1) > 1) == (person.index in meant), person.index


def test_nobody_works_before_sixteen_or_pays_after_the_books_end(city: City):
    for person in city.persons:
        born = person.birth_date.year * 12 + person.birth_date.month - 1
        assert all(s.since - born >= 16 * 12 and s.since < s.until for s in person.spells)
        assert all(c.month <= month(2026, 10) for c in person.contributions)
        assert all(a.until <= b.since for a, b in zip(person.spells, person.spells[1:], strict=False)) or (
            person.index == 0
        )


def test_nobody_works_for_a_unit_that_does_not_stand(city: City):
    for person in city.persons:
        for spell in (s for s in person.spells if s.employer):
            unit = city.employer(spell.employer)
            assert unit.founded <= spell.since // 12
            assert unit.closed is None or (spell.until - 1) // 12 <= unit.closed


def test_paid_parts_are_yuan_with_two_decimals_and_late_ones_are_booked_later(city: City):
    late = 0
    for one in (c for p in city.persons for c in p.contributions):
        assert one.own_part == one.own_part.quantize(Decimal("0.01"))
        assert one.booked >= one.month
        late += one.booked > one.month and one.months == 1
    assert late > 100


def test_lunar_birth_dates_can_be_read(city: City):
    lunar = [c for c in city.contradictions if c.kind is Flaw.LUNAR_BIRTH_DATE]
    assert lunar
    for one in lunar:
        read = parse_partial_date(one.stated)
        assert not read.earliest <= date.fromisoformat(one.true) <= read.latest


def test_the_delayed_hero_reaches_his_date_after_2025(city: City):
    hero = city.persons[city.heroes["delayed"]]
    born = month(hero.birth_date.year, hero.birth_date.month)
    assert reaches_age(sex="male", category=60, born=born, scheme="enterprise") == month(2029, 6)


def test_credit_codes_end_in_the_right_check_character():
    codes = [u.credit_code for u in employers() if u.credit_code]
    assert codes
    assert all(CreditCode.parse(code) for code in codes)
