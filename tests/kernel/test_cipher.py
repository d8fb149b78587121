"""Sealed values and blind indexes."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.cipher import (
    KeyMissing,
    KeyPair,
    Keyring,
    SealBroken,
    blind_index,
    blind_indexes,
    seal,
    sealed_with,
    unseal,
)

ABOUT = "registry.person.identity_number:0190"
NUMBER = "11010519491231002X"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return Keyring.create(tmp_path_factory.mktemp("keys") / "keys.json")


def test_a_sealed_number_is_read_back_and_never_seals_alike(keys):
    one, other = (seal(NUMBER, keys=keys, about=ABOUT) for _ in range(2))
    assert one != other
    assert NUMBER.encode() not in one
    assert (
        unseal(one, keys=keys, about=ABOUT) == unseal(memoryview(other), keys=keys, about=ABOUT) == NUMBER
    )


def test_a_sealed_value_moved_to_another_row_does_not_open(keys):
    sealed = seal(NUMBER, keys=keys, about=ABOUT)
    with pytest.raises(SealBroken, match="不属于这条记录"):
        unseal(sealed, keys=keys, about="registry.person.identity_number:0191")


@given(place=st.integers(0, 50), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_noticed(keys, place, bit):
    sealed = bytearray(seal(NUMBER, keys=keys, about=ABOUT))
    sealed[place] ^= 1 << bit
    with pytest.raises((SealBroken, KeyMissing)):
        unseal(bytes(sealed), keys=keys, about=ABOUT)


@pytest.mark.parametrize("content", [b"", b"\x01", b"plain text that was never sealed at all"])
def test_what_was_never_sealed_is_refused(keys, content):
    with pytest.raises(SealBroken, match="不是加密内容"):
        unseal(content, keys=keys, about=ABOUT)


def test_after_a_change_of_keys_old_values_open_and_are_found(tmp_path):
    path = tmp_path / "keys.json"
    first = Keyring.create(path)
    sealed, index = seal(NUMBER, keys=first, about=ABOUT), blind_index(NUMBER, keys=first)
    second = first.rotate(path)
    assert Keyring.load(path) == second
    assert unseal(sealed, keys=second, about=ABOUT) == NUMBER
    assert (sealed_with(sealed), second.current) == (1, 2)
    assert blind_indexes(NUMBER, keys=second) == [blind_index(NUMBER, keys=second), index]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_equal_texts_have_equal_indexes_and_others_do_not(keys):
    assert blind_index(NUMBER, keys=keys) == blind_index(NUMBER, keys=keys)
    assert blind_index(NUMBER, keys=keys) != blind_index(NUMBER[:-1] + "1", keys=keys)
    assert len(blind_index(NUMBER, keys=keys)) == 32


def test_an_index_is_hmac_sm3_with_the_index_key():
    # Computed with OpenSSL: printf abc | openssl dgst -sm3 -mac HMAC -macopt hexkey:<32 times 0b>
    keys = Keyring(current=1, pairs={1: KeyPair(seal=b"\x0c" * 32, index=b"\x0b" * 32)})
    assert (
        blind_index("abc", keys=keys).hex()
        == "4698ad58ddee4c14de1d26a54b4d6a583d287f7c76b047c389409aa8cd8900cc"
    )


def test_a_key_file_belongs_to_its_owner_and_is_never_overwritten(tmp_path):
    path = tmp_path / "keys.json"
    Keyring.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        Keyring.create(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"current": 2, "keys": {}}',
        '{"current": 1, "keys": {"1": {"seal": "00", "index": "01"}}}',
        f'{{"current": 1, "keys": {{"1": {{"seal": "{"ab" * 32}", "index": "{"ab" * 32}"}}}}}}',  # one key twice
    ],
)
def test_a_damaged_key_file_is_refused_without_quoting_it(content, tmp_path):
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(KeyMissing, match="内容不对") as caught:
        Keyring.load(path)
    assert "abab" not in str(caught.value)


def test_an_absent_key_file_says_what_to_do(tmp_path):
    with pytest.raises(KeyMissing, match="请从保管处恢复"):
        Keyring.load(tmp_path / "keys.json")


def test_keys_are_never_shown(keys):
    shown = f"{keys!r} {keys.pairs[1]!r}"
    assert keys.pairs[1].seal.hex() not in shown
    assert repr(keys.pairs[1].seal) not in shown
