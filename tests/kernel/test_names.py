"""A name of which only the surname is shown."""

import pytest

from nianlun.kernel.names import masked_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("周桂兰", "周某某"),
        ("张伟", "张某"),
        ("欧阳明", "欧阳某"),
        ("司马相如", "司马某某"),
        ("诸葛", "诸某"),
        ("阿卜杜热西提·买买提", "阿某某"),
        ("李", "李某"),
        ("", ""),
    ],
)
def test_the_surname_stays_and_the_rest_does_not(name, shown):
    assert masked_name(name) == shown
