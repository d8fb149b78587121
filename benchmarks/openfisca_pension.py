"""The pension of Hebei enterprise employees written for OpenFisca-Core, run in a virtual environment of its own.

    python openfisca_pension.py IN.npz OUT.npz

Imports nothing of Nianlun. Numbers are OpenFisca's own float (32 bits); roundings are those of the formula.
"""

# OpenFisca names variables by their class and calls a formula with the persons, not with an object.
# ruff: noqa: N801, N805

import json
import sys
import time

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2025-12"
Person = build_entity(key="person", plural="persons", label="person", is_person=True)


def half_up(values, digits):
    scale = 10**digits
    return np.floor(values * scale + 0.5) / scale


def given(name, unit=DateUnit.ETERNITY):
    return type(name, (Variable,), {"value_type": float, "entity": Person, "definition_period": unit})


def variables(wages, first_year):
    class year_index(Variable):
        value_type = float
        entity = Person
        definition_period = DateUnit.YEAR

        def formula(person, period):
            return half_up(person("base", period) / wages[period.start.year], 4)

    class mean_index(Variable):
        value_type = float
        entity = Person
        definition_period = DateUnit.MONTH

        def formula(person, period):
            until = person("benefit_year", period)
            total = person("deemed_index", period) * 1.0
            count = person("deemed_years", period) * 1.0
            for year in range(first_year, period.start.year):
                counts = (person("base", year) > 0) * (until > year)
                total += person("year_index", year) * counts
                count += counts
            return half_up(total / np.maximum(count, 1), 4)

    class indexed_wage(Variable):
        value_type = float
        entity = Person
        definition_period = DateUnit.MONTH

        def formula(person, period):
            return half_up(person("pension_base", period) * person("mean_index", period), 2)

    class basic(Variable):
        value_type = float
        entity = Person
        definition_period = DateUnit.MONTH

        def formula(person, period):
            years = half_up(person("total_months", period) / 12, 2)
            mean = (person("pension_base", period) + person("indexed_wage", period)) / 2
            return half_up(mean * years * 0.01, 2)

    class account(Variable):
        value_type = float
        entity = Person
        definition_period = DateUnit.MONTH

        def formula(person, period):
            return half_up(person("balance", period) / person("divisor", period), 2)

    class transitional(Variable):
        value_type = float
        entity = Person
        definition_period = DateUnit.MONTH

        def formula(person, period):
            years = half_up(person("transitional_months", period) / 12, 2)
            return half_up(person("indexed_wage", period) * years * 0.013, 2)

    class total(Variable):
        value_type = float
        entity = Person
        definition_period = DateUnit.MONTH

        def formula(person, period):
            return person("basic", period) + person("account", period) + person("transitional", period)

    eternal = "benefit_year deemed_index deemed_years pension_base total_months transitional_months balance divisor"
    computed = [year_index, mean_index, indexed_wage, basic, account, transitional, total]
    return [given("base", DateUnit.YEAR), *(given(name) for name in eternal.split()), *computed]


def main(source, target):
    data = np.load(source)
    wages = {int(year): float(wage) for year, wage in json.loads(str(data["wages"])).items()}
    first_year = int(data["first_year"])
    system = TaxBenefitSystem([Person])
    for variable in variables(wages, first_year):
        system.add_variable(variable)
    walls, cpus = [], []
    for _ in range(int(data["rounds"])):
        simulation = SimulationBuilder().build_default_simulation(system, count=data["bases"].shape[1])
        for row, bases in enumerate(data["bases"]):
            simulation.set_input("base", str(first_year + row), bases / 100)
        for name in data.files:
            if name not in ("bases", "wages", "first_year", "rounds"):
                simulation.set_input(name, PERIOD, data[name])
        wall, cpu = time.perf_counter(), time.process_time()
        total = simulation.calculate("total", PERIOD)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    np.savez(target, total=total, walls=walls, cpus=cpus)


if __name__ == "__main__":
    main(*sys.argv[1:])
