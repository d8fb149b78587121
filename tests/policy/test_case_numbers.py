"""Numbers of a case: exact, finite, of a size that people write."""

from decimal import Decimal

import pytest

from nianlun.policy.cases import BadCase, Case


@pytest.mark.parametrize(
    "text", ["1E-999999", "1E+999999", "0E-999999", "NaN", "-Infinity", "1" * 31, "一", ""]
)
def test_a_number_nobody_writes_is_refused_before_anything_is_computed(text):
    with pytest.raises(BadCase):
        Case("any", {"index": text}).number("index", low=-(10**9), high=10**40)


@pytest.mark.parametrize("given", [3, "3", Decimal("3.0"), "0.3E1"])
def test_a_number_may_be_written_as_number_or_text(given):
    assert Case("any", {"index": given}).number("index") == 3
