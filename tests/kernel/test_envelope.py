"""Sealed files: whatever is done to one without its key, nothing untrue comes out."""

import io
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nianlun.kernel import envelope
from nianlun.kernel.cipher import SealBroken
from nianlun.kernel.envelope import (
    CHUNK,
    TAG,
    Algorithm,
    SealedReader,
    open_chunks,
    seal_chunks,
    sealed_size,
)

KEY, ABOUT = bytes(range(32)), "urn:nianlun:item:1\noriginal.pdf"
HEADER = 12
same_for_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of four bytes, so that short examples have many."""
    monkeypatch.setattr(envelope, "CHUNK", 4)
    monkeypatch.setattr(envelope, "_SEALED_CHUNK", 4 + TAG)


def sealed(plain, *, key=KEY, about=ABOUT, algorithm=Algorithm.AES_256_GCM):
    return b"".join(seal_chunks(io.BytesIO(plain), key=key, about=about, algorithm=algorithm))


def opened(data, *, key=KEY, about=ABOUT):
    return b"".join(open_chunks(io.BytesIO(data), key=key, about=about))


def pieces(data):
    body = data[HEADER:]
    return data[:HEADER], [body[i : i + 4 + TAG] for i in range(0, len(body), 4 + TAG)]


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_was_sealed_opens_again_and_has_the_size_foretold(size, algorithm):
    plain = secrets.token_bytes(size)
    data = sealed(plain, algorithm=algorithm)
    assert opened(data) == plain
    assert len(data) == sealed_size(size)
    assert data[:5] == b"NLS1" + bytes([algorithm])


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_neither_another_key_nor_another_place_opens_it(algorithm):
    data = sealed("工资表".encode(), algorithm=algorithm)
    with pytest.raises(SealBroken):
        opened(data, key=bytes(32))
    with pytest.raises(SealBroken):
        opened(data, about="urn:nianlun:item:2\noriginal.pdf")


def test_the_same_bytes_sealed_twice_have_nothing_in_common():
    assert sealed(b"")[5:] != sealed(b"")[5:]


@pytest.mark.parametrize("algorithm", list(Algorithm))
@given(
    plain=st.binary(max_size=13), where=st.integers(0, 200), by=st.integers(1, 255), cut=st.integers(0, 200)
)
def test_no_byte_can_change_and_no_end_can_be_cut_or_added(algorithm, plain, where, by, cut):
    data = bytearray(sealed(plain, algorithm=algorithm))
    data[where % len(data)] ^= by
    for forged in (bytes(data), sealed(plain)[: cut % len(data)], sealed(plain) + bytes([by])):
        with pytest.raises(SealBroken):
            opened(forged)
        with pytest.raises(SealBroken):
            reader = SealedReader(io.BytesIO(forged), key=KEY, about=ABOUT)
            reader.read()


@same_for_all
@given(plain=st.binary(min_size=9, max_size=16), order=st.permutations(range(4)))
def test_chunks_stay_in_their_order_and_number(small_chunks, plain, order):
    header, chunks = pieces(sealed(plain))
    shuffled = [chunks[i] for i in order if i < len(chunks)]
    assert opened(header + b"".join(chunks)) == plain
    for forged in (shuffled, chunks[:-1], [*chunks, chunks[-1]], chunks[1:]):
        if forged != chunks:
            with pytest.raises(SealBroken):
                opened(header + b"".join(forged))


def test_a_chunk_of_another_file_under_the_same_key_is_refused(small_chunks):
    header, mine = pieces(sealed(b"11112222"))
    _, other = pieces(sealed(b"33334444"))
    with pytest.raises(SealBroken):
        opened(header + mine[0] + other[1])


def test_what_comes_before_a_broken_chunk_is_genuine_and_nothing_after_it_comes_out(small_chunks):
    header, chunks = pieces(sealed(b"111122223333"))
    chunks[1] = bytes(len(chunks[1]))
    stream = open_chunks(io.BytesIO(header + b"".join(chunks)), key=KEY, about=ABOUT)
    assert next(stream) == b"1111"
    with pytest.raises(SealBroken):
        next(stream)
    assert list(stream) == []


@same_for_all
@given(plain=st.binary(max_size=14), reads=st.lists(st.tuples(st.integers(0, 16), st.integers(0, 9))))
def test_reading_anywhere_gives_what_reading_a_plain_file_gives(small_chunks, plain, reads):
    reader = SealedReader(io.BytesIO(sealed(plain)), key=KEY, about=ABOUT)
    ours, plainly = io.BufferedReader(reader, buffer_size=3), io.BytesIO(plain)
    assert reader.size == len(plain)
    for at, size in reads:
        assert ours.seek(at) == plainly.seek(at)
        assert ours.read(size) == plainly.read(size)
    assert ours.seek(0, io.SEEK_END) == len(plain)


def test_streams_that_hand_out_little_at_a_time_are_read_to_their_end(small_chunks):
    class Slow(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 1))

    data = b"".join(seal_chunks(Slow(b"1234567890"), key=KEY, about=ABOUT))
    assert b"".join(open_chunks(Slow(data), key=KEY, about=ABOUT)) == b"1234567890"


@pytest.mark.parametrize("data", [b"", b"NLS1", b"%PDF-1.7\n" + bytes(40), b"NLS1\x03" + bytes(40)])
def test_what_is_no_sealed_file_is_refused_as_such(data):
    with pytest.raises(SealBroken):
        opened(data)


def test_a_key_of_the_wrong_length_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="32"):
        sealed(b"", key=b"short")
