"""Pensions explained one by one and computed for a whole population, beside bare arithmetic and OpenFisca-Core.

    python -m benchmarks.policy [--quick] [--without-openfisca]

Every figure stands beside a baseline of the same run. OpenFisca-Core (AGPL) is installed for this run alone, into a
virtual environment under var/; it is no dependency of the project.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.careers import FIRST_YEAR, HEBEI, YEARS, careers, reference_wages
from nianlun.kernel.months import last_day
from nianlun.policy.assess import assess
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.divisor import payout_months
from nianlun.policy.lawbook import LawBook, shipped
from nianlun.policy.population import Amounts, Population, run

OPENFISCA = "OpenFisca-Core==46.0.1"
ENVIRONMENT = Path("var/benchmarks/openfisca")
SIDE = Path(__file__).with_name("openfisca_pension.py")
ROUNDS = 5
FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall, and seconds of processor, which neighbours on the machine disturb less."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 persons instead of a million")
    parser.add_argument("--without-openfisca", action="store_true", help="do not install or run it")
    parser.add_argument(
        "--peak", type=int, help=argparse.SUPPRESS
    )  # this process's memory for so many persons
    args = parser.parse_args()
    if args.peak is not None:
        print(json.dumps(peak(args.peak)))
        return
    count = 100_000 if args.quick else 1_000_000
    book = shipped()
    one_person(book, repeats=20 if args.quick else 200)
    population, _ = careers(count, book).ordered()  # part of loading: done once for a population
    amounts, took = many(population, book)
    memory(count, population)
    if not args.without_openfisca:
        openfisca(population, book, amounts, took)


def one_person(book: LawBook, *, repeats: int) -> None:
    """Print what an explanation costs against the same arithmetic bare."""
    inputs = worked_example(book)
    wages = {year: Decimal(wage) for year, wage in reference_wages(book).items()}
    assert bare(inputs, wages) == assess("enterprise_benefit", inputs, book=book).total
    explained = timed(lambda: assess("enterprise_benefit", inputs, book=book), repeats)
    written = timed(lambda: assess("enterprise_benefit", inputs, book=book).to_json(explain=True), repeats)
    plain = timed(lambda: bare(inputs, wages), repeats)
    print(f"One person, {YEARS} yearly bases, median of {repeats}")
    print(f"{'':40}{'CPU ms':>9}{'ratio':>9}")
    for name, took in (
        ("the same arithmetic, bare Decimal", plain),
        ("assessed with its explanation", explained),
        ("and written as JSON", written),
    ):
        print(f"{name:40}{took.cpu * 1000:9.3f}{took.cpu / plain.cpu:9.0f}")
    print()


def worked_example(book: LawBook) -> dict[str, Any]:
    """The worked example HEB-WE-01 with a base for each year instead of its printed index."""
    rows: list[dict[str, Any]] = [
        {"year": year, "base": 0, "deemed": True} for year in range(1983, FIRST_YEAR)
    ]
    for year, wage in list(reference_wages(book).items()):
        rows.append({"year": year, "base": (Decimal(wage) * Decimal("0.7079")).quantize(FEN)})
    return {
        "province": "河北",
        "birth": "1965-03",
        "benefit_date": "2025-03",
        "pension_base": 7265,
        "yearly_bases": rows,
        "deemed_months": 122,
        "pre_account_paid_months": 36,
        "total_months": 509,
        "account_balance": Decimal("80013.77"),
        "payout_months": 139,
        "coef": Decimal("0.013"),
    }


def bare(inputs: dict[str, Any], wages: dict[int, Decimal]) -> Decimal:
    """The total of that example with nothing but arithmetic."""
    until = int(inputs["benefit_date"][:4])
    indices = []
    for row in inputs["yearly_bases"]:
        if row["year"] >= until:
            continue
        if row.get("deemed"):
            indices.append(Decimal("1.2") if row["year"] >= 1993 else Decimal(1))
        else:
            indices.append((row["base"] / wages[row["year"]]).quantize(Decimal("0.0001"), ROUND_HALF_UP))
    index = (sum(indices) / len(indices)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    base = Decimal(inputs["pension_base"])
    wage = (base * index).quantize(FEN, ROUND_HALF_UP)
    years = (Decimal(inputs["total_months"]) / 12).quantize(FEN, ROUND_HALF_UP)
    before = inputs["deemed_months"] + inputs["pre_account_paid_months"]
    transitional = (Decimal(before) / 12).quantize(FEN, ROUND_HALF_UP)
    items = (
        (base + wage) / 2 * years / 100,
        inputs["account_balance"] / inputs["payout_months"],
        wage * transitional * inputs["coef"],
    )
    return sum((item.quantize(FEN, ROUND_HALF_UP) for item in items), Decimal(0))


def many(population: Population, book: LawBook) -> tuple[Amounts, Took]:
    """Print persons a second, exact, beside reading the same memory once; what it returns is that of one thread."""
    floor = {threads: timed(lambda t=threads: read_once(population, t), ROUNDS) for threads in (1, 2)}
    took = {
        threads: timed(lambda t=threads: run(population, book=book, threads=t), ROUNDS)
        for threads in (1, 2)
    }
    amounts = run(population, book=book)
    print(f"{len(population):,} persons, {YEARS} years each, exact to the fen, median of {ROUNDS}")
    print(f"{'':40}{'wall s':>9}{'CPU s':>9}{'persons/s':>13}{'CPU ratio':>11}")
    for name, seconds, threads in (
        ("reading the columns once, 1 thread", floor[1], 1),
        ("assessing, 1 thread", took[1], 1),
        ("reading the columns once, 2 threads", floor[2], 2),
        ("assessing, 2 threads", took[2], 2),
    ):
        speed, ratio = len(population) / seconds.wall, seconds.cpu / floor[threads].cpu
        print(f"{name:40}{seconds.wall:9.3f}{seconds.cpu:9.3f}{speed:13,.0f}{ratio:11.0f}")
    print(f"answered {int(amounts.answered.sum()):,}; refused {int((~amounts.answered).sum()):,}")
    check_some(population, amounts, book)
    print()
    return amounts, took[1]


def read_once(population: Population, threads: int) -> list[int]:
    """Touch every byte of the columns: the floor that no program can go below."""
    parts = [
        part for array in population.arrays().values() for part in np.array_split(array.ravel(), threads)
    ]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda part: int(part.max()), parts))


def check_some(population: Population, amounts: Amounts, book: LawBook) -> None:
    """Assess some of them one by one as well; a difference ends the benchmark."""
    chosen = range(0, len(population), max(len(population) // 50, 1))
    for number in chosen:
        total = assess("enterprise_benefit", case_of(population, number), book=book).total
        assert total == Decimal(int(amounts.total[number])).scaleb(-2), number
    print(f"{len(chosen)} of them assessed one by one: equal to the fen")


def case_of(population: Population, number: int) -> dict[str, Any]:
    at = {name: array[..., number] for name, array in population.arrays().items()}
    rows = [
        {"year": FIRST_YEAR + n, "base": Decimal(int(fen)).scaleb(-2)} for n, fen in enumerate(at["bases"])
    ]
    deemed = range(int(at["deemed_since"]), int(at["deemed_until"]))
    rows += [{"year": year, "base": Decimal(0), "deemed": True} for year in deemed]  # type: ignore[dict-item]
    months = {name: Decimal(int(at[name])) / 2 for name in ("deemed", "paid_before_account", "total")}
    return {
        "region": f"{int(at['region']):06d}",
        "benefit_date": written(int(at["benefit_month"])),
        "birth": written(int(at["birth_month"])),
        "deemed_months": months["deemed"],
        "pre_account_paid_months": months["paid_before_account"],
        "total_months": months["total"],
        "account_balance": Decimal(int(at["balance"])).scaleb(-2),
        "yearly_bases": rows,
    }


def written(value: int) -> str:
    return last_day(value).isoformat()[:7]


def memory(count: int, population: Population) -> None:
    """Print what the computing adds to the memory of a process that holds the population."""
    found = json.loads(
        subprocess.run(
            [sys.executable, "-m", "benchmarks.policy", "--peak", str(count)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    extra = found["peak"] - found["loaded"]
    print(f"memory: {population.bytes_per_person:.0f} bytes a person loaded, {count:,} persons")
    print(f"{'':40}{'MB':>9}{'bytes/person':>14}")
    print(
        f"{'process with the population':40}{found['loaded'] / 2**20:9.0f}{found['loaded'] / count:14.0f}"
    )
    print(f"{'more at the peak of assessing':40}{extra / 2**20:9.0f}{extra / count:14.0f}\n")


def peak(count: int) -> dict[str, int]:
    """Resident bytes before assessing and at the peak of it; for a process of its own, on Linux."""
    book = shipped()
    population, _ = careers(count, book).ordered()  # part of loading: done once for a population
    run(careers(100, book), book=book)  # what is loaded at the first use is not the population's
    Path("/proc/self/clear_refs").write_text("5")  # the peak of making the population is forgotten
    loaded = _resident("VmRSS")
    run(population, book=book)
    return {"loaded": loaded, "peak": _resident("VmHWM")}


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def openfisca(population: Population, book: LawBook, amounts: Amounts, ours: Took) -> None:
    """Print speed and exactness of the same formula in OpenFisca-Core, of the same persons in the same run."""
    python = environment()
    if python is None:
        print(f"{OPENFISCA} could not be installed; not compared")
        return
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(source, **openfisca_inputs(population, book))
        done = subprocess.run([python, SIDE, source, target], check=False)
        if done.returncode:
            print(f"{OPENFISCA} failed; not compared")
            return
        found = np.load(target)
    theirs = Took(*(statistics.median(found[name].tolist()) for name in ("walls", "cpus")))
    fen = np.rint(found["total"].astype(np.float64) * 100).astype(np.int64)
    off = np.abs(fen - amounts.total)
    print(f"beside {OPENFISCA} (32-bit floats, one thread), the same {len(population):,} persons")
    print(f"{'':40}{'wall s':>9}{'CPU s':>9}{'persons/s':>13}{'exact to the fen':>18}")
    for name, took, exact in (
        ("Nianlun, 1 thread", ours, 1.0),
        ("OpenFisca-Core", theirs, np.mean(off == 0)),
    ):
        speed = len(population) / took.wall
        print(f"{name:40}{took.wall:9.3f}{took.cpu:9.3f}{speed:13,.0f}{exact:18.2%}")
    print(f"CPU ratio, Nianlun over OpenFisca-Core: {ours.cpu / theirs.cpu:.1f}")
    print(
        f"OpenFisca-Core is wrong for {int((off > 0).sum()):,} persons, at most by {int(off.max())} fen a month"
    )


def openfisca_inputs(population: Population, book: LawBook) -> dict[str, Any]:
    """Everything the formula takes, looked up beforehand: bases, divisors, deemed years and their indices."""
    benefit = population.benefit_month
    bases, divisors = np.zeros(len(population)), np.zeros(len(population))
    for month in np.unique(benefit).tolist():
        whom = benefit == month
        bases[whom] = float(book.on("pension_base", last_day(month), region=str(HEBEI)).decimal())
        age = Column((month - population.birth_month[whom]).astype(np.int64))
        divisor = payout_months(ColumnSheet(), age_months=age, paid_from=month, book=book)
        divisors[whom] = np.asarray(divisor.num) / float(Fraction(divisor.den))
    since = population.deemed_since.astype(np.int64)
    count = population.deemed_until - since
    at_least_1993 = np.clip(FIRST_YEAR - np.maximum(since, 1993), 0, 3) * (count > 0)
    return {
        "bases": population.bases,
        "wages": json.dumps(reference_wages(book)),
        "first_year": population.first_year,
        "rounds": ROUNDS,
        "benefit_year": benefit // 12,
        "deemed_years": count,
        "deemed_index": (count - at_least_1993) + 1.2 * at_least_1993,
        "pension_base": bases,
        "divisor": divisors,
        "total_months": population.total / 2,
        "transitional_months": (population.deemed + population.paid_before_account.astype(np.int64)) / 2,
        "balance": population.balance / 100,
    }


def environment() -> Path | None:
    """The Python of an environment that holds OpenFisca-Core and nothing of ours; None where it cannot be had."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", OPENFISCA]
    done = subprocess.run(install, check=False, capture_output=True)
    return None if done.returncode else python


def timed(work: Callable[[], object], repeats: int) -> Took:
    """Medians, after one run that does not count."""
    work()
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Took(statistics.median(walls), statistics.median(cpus))


if __name__ == "__main__":
    main()
