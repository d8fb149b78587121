"""Digests of bytes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.digests import digest_bytes, digest_chunks, digest_file


def test_the_examples_of_the_sm3_standard():
    # GB/T 32905-2016 appendix A
    assert digest_bytes(b"abc").sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert (
        digest_bytes(b"abcd" * 16).sm3 == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_sha512_is_sha512():
    assert digest_bytes(b"abc").sha512 == hashlib.sha512(b"abc").hexdigest()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_file_read_in_pieces_has_the_digests_of_its_bytes(size, tmp_path):
    content = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "page.tif"
    path.write_bytes(content[:size])
    assert digest_file(path) == digest_bytes(content[:size])
    assert digest_file(path).size == size


@given(st.lists(st.binary(max_size=4), max_size=4))
def test_how_the_bytes_are_cut_never_matters(chunks):
    assert digest_chunks(chunks) == digest_bytes(b"".join(chunks))
