"""Sealed packages: any keeper opens them, nobody else, and the age program does too."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.objects import keepers

from nianlun.media.imaging.faults import NoRecipients, PackageDamaged, WrongIdentity
from nianlun.media.imaging.sealing import new_identity, opened, read_recipients, seal

METHODS = ("age", "sm4")
CONTENT = b"0123456789" * 20_000
KEPT = {method: keepers(method) for method in METHODS}


def sealed(method: str, content: bytes = CONTENT) -> bytes:
    target = io.BytesIO()
    seal(iter([content[:7], content[7:]]), target, recipients=KEPT[method][0])
    return target.getvalue()


SEALED = {method: sealed(method) for method in METHODS}


def read(package: bytes, identity: str) -> bytes:
    with opened(io.BytesIO(package), identity=identity) as stream:
        return stream.read()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("content", [b"", b"x", CONTENT])
def test_each_keeper_opens_the_package_alone(method: str, content: bytes):
    package = sealed(method, content)
    assert [read(package, identity) for identity in KEPT[method][1]] == [content, content]


@pytest.mark.parametrize("method", METHODS)
def test_another_key_does_not_and_says_so(method: str):
    for identity in (new_identity(method)[0], "", "不是密钥"):
        with pytest.raises(WrongIdentity):
            read(SEALED[method], identity)


@given(method=st.sampled_from(METHODS), where=st.floats(0, 1, exclude_max=True), cut=st.booleans())
def test_a_package_changed_or_cut_anywhere_never_yields_a_wrong_byte(method: str, where: float, cut: bool):
    package = bytearray(SEALED[method])
    position = int(where * len(package))
    changed = bytes(package[:position])
    if not cut:
        package[position] ^= 1
        changed = bytes(package)
    out = b""
    try:
        with opened(io.BytesIO(changed), identity=KEPT[method][1][0]) as stream:
            while data := stream.read(1000):
                out += data
    except (PackageDamaged, WrongIdentity):
        pass
    else:
        # A name in the head of the SM4 container tells people whose key it was; nothing hangs on it.
        assert method == "sm4"
        assert out == CONTENT
    assert CONTENT.startswith(out)


def test_the_age_program_opens_it_without_this_software(tmp_path: Path):
    if shutil.which("age") is None:
        pytest.skip("no age program: install the package age to run this")
    (tmp_path / "package.tar.age").write_bytes(SEALED["age"])
    (tmp_path / "key.txt").write_text(f"# 石磊\n{KEPT['age'][1][0]}\n")
    done = subprocess.run(
        ["age", "-d", "-i", tmp_path / "key.txt", tmp_path / "package.tar.age"],
        capture_output=True,
        check=True,
    )
    assert done.stdout == CONTENT


def test_recipients_are_read_with_their_names():
    one, other = new_identity()[1], new_identity()[1]
    found = read_recipients(f"# 石磊\n{one}\n\n# 赵敏\n{other}\n")
    assert [(r.name, r.key) for r in found] == [("石磊", one), ("赵敏", other)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        new_identity()[1],
        "\n".join([new_identity()[1]] * 2),  # the same key twice is one keeper
        f"{new_identity()[1]}\nage1nonsense",
        f"{new_identity()[1]}\n{new_identity('sm4')[1]}",
        "\n".join(new_identity()[0] for _ in range(2)),  # private keys have no place on a server
    ],
    ids=["none", "one", "one twice", "one and nonsense", "of two kinds", "private"],
)
def test_fewer_than_two_keepers_or_a_key_that_is_none_is_refused(text: str):
    with pytest.raises(NoRecipients):
        read_recipients(text)
