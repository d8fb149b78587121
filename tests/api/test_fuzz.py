"""Whatever is sent, the answer is a result or a refusal with its sentence: never a fault, never a long wait."""

import copy
import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nianlun.api.examples import example
from nianlun.policy.assess import KINDS

LONGEST_SECONDS = 5.0
REFUSALS = {400, 409, 413, 415, 422}
often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)

numbers = st.sampled_from(
    [
        0,
        1,
        -1,
        2,
        12,
        13,
        60,
        1200,
        1899,
        1993,
        2025,
        2026,
        2150,
        2200,
        10**8,
        10**29,
        0.5,
        0.08,
        1e-30,
        -0.0,
    ]
)
texts = st.sampled_from(
    ["", "0", "-1", "1e9", "1E-30", "NaN", "Infinity", "½", "１２", "0x10", "1_000", "male", "河北", "火星", "130000",
     "000000", "2025-13", "2025-02-30", "0000-00", "9999-12", "1900-01", "2025-03-10", "ceil:1", "half_up:9", "true",
     "enterprise", "A", "annual_calculation", "长" * 300]
)  # fmt: skip
plain = st.one_of(st.none(), st.booleans(), numbers, texts)
anything = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)


def holds(answer: Any) -> None:
    assert answer.status == 200 or answer.status in REFUSALS, answer.content


@pytest.fixture
def quick(ask):
    """`ask`, held to its time."""

    def send(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        answer = ask(*args, **kwargs)
        assert time.perf_counter() - begun < LONGEST_SECONDS
        return answer

    return send


@often
@given(body=st.one_of(st.binary(max_size=40), st.text(max_size=40), anything.map(json.dumps)))
def test_any_bytes(quick, body):
    holds(quick("assess", body))


@often
@given(kind=st.sampled_from(sorted(KINDS)), inputs=st.dictionaries(texts, anything, max_size=4))
def test_any_inputs(quick, kind, inputs):
    holds(quick("assess", {"kind": kind, "inputs": inputs}))


@often
@given(
    inputs=st.fixed_dictionaries(
        {}, optional={"sex": texts | plain, "category": numbers | texts, "born": texts | numbers}
    ),
    law=texts,
)
def test_any_retirement(quick, inputs, law):
    holds(quick("retirement", {"inputs": inputs, "as_of": {"law": law}}, query="?explain=true"))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body where a value stands, the inner ones too."""
    found = [path] if path else []
    parts = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in parts:
        found += places(inner, (*path, name))
    return found


def changed(inputs: Any, path: tuple[Any, ...], value: Any, how: str) -> Any:
    """The inputs with one place replaced, taken out, or given a new name."""
    copied = copy.deepcopy(inputs)
    at = copied
    for part in path[:-1]:
        at = at[part]
    if how == "replace":
        at[path[-1]] = value
    elif how == "drop":
        del at[path[-1]]
    elif isinstance(at, dict):
        at[str(value)[:20]] = at.pop(path[-1])
    else:
        at.extend([at[path[-1]]] * 30)
    return copied


with_example = [kind for kind in KINDS if example(kind)]


@pytest.mark.parametrize("kind", with_example)
def test_every_example_with_some_of_it_spoiled(quick, kind):
    body = example(kind)
    assert body is not None

    @settings(often, max_examples=60)
    @given(data=st.data())
    def spoil(data: st.DataObject) -> None:
        inputs = body["inputs"]
        for _ in range(data.draw(st.integers(1, 2))):
            spots = places(inputs)
            if not spots:
                break
            how = data.draw(st.sampled_from(["replace", "replace", "replace", "drop", "rename"]))
            inputs = changed(inputs, data.draw(st.sampled_from(spots)), data.draw(anything), how)
        holds(quick("assess", {**body, "inputs": inputs}, query="?explain=true"))

    spoil()


@pytest.mark.parametrize("kind", with_example)
def test_every_list_of_an_example_as_long_as_a_body_may_be(quick, kind):
    body = example(kind)
    assert body is not None
    for path in places(body["inputs"]):
        at = body["inputs"]
        for part in path:
            at = at[part]
        if not isinstance(at, list) or not at:
            continue
        size = max(1, len(json.dumps(at[-1])) + 2)
        longer = [_shifted(at[-1], number) for number in range(min(1000, 60_000 // size))]
        holds(
            quick(
                "assess",
                {**body, "inputs": changed(body["inputs"], path, longer, "replace")},
                query="?explain=true",
            )
        )


def _shifted(value: Any, by: int) -> Any:
    """The value with its year moved, so that rows of different years stay different."""
    if isinstance(value, dict) and isinstance(value.get("year"), int):
        return value | {"year": 1950 + by}
    return value


def test_the_most_expensive_career_that_fits_is_answered_in_time(quick):
    years = [{"year": year, "base": str(Decimal(3000) + year)} for year in range(1900, 2025)]
    inputs = {
        "province": "河北",
        "benefit_date": "2025-02",
        "account_balance": "100000",
        "payout_months": 139,
        "years": 40,
        "yearly_bases": years,
    }
    holds(quick("assess", {"kind": "enterprise_benefit", "inputs": inputs}, query="?explain=true"))
