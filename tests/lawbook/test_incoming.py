"""Files from outside: nothing is taken that is not plainly a region's tables, and nothing explodes."""

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.lawbook.domain import NotATable, file_text
from nianlun.lawbook.incoming import LARGEST_UPLOAD, MOST_FILES, read_incoming
from nianlun.policy.lawbook import shipped

PATH = "130000/pension_base.toml"
TEXT = shipped().files[PATH]


def packed(*members: tuple[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def refused(*uploads: tuple[str, bytes], region: str = "") -> str:
    with pytest.raises(NotATable) as reason:
        read_incoming(uploads, region=region)
    sentence = str(reason.value)
    assert sentence.endswith("。") and "Traceback" not in sentence
    return sentence


def test_a_folder_comes_in_as_a_zip_and_as_single_files_alike():
    zipped = read_incoming([("河北.zip", packed(("130000/", b""), (PATH, TEXT)))])
    single = read_incoming([("C:\\tables\\pension_base.toml", TEXT.encode())], region="130000")
    assert zipped == single
    assert (zipped.region, dict(zipped.files)) == ("130000", {PATH: TEXT})


@pytest.mark.parametrize(
    "name",
    [
        "../130000/pension_base.toml",
        "/130000/pension_base.toml",
        "130000/../national/pension_base.toml",
        "130000\\pension_base.toml",
        "C:/130000/pension_base.toml",
        "130000/inner/pension_base.toml",
        "130000/Pension.toml",
        "130000/.toml",
        "130000/pension_base.toml.exe",
        "130000/pension_base.toml\n",
        "１３００００/pension_base.toml",
        "130000/" + "a" * 200 + ".toml",
        "national/pension_base.py",
        "pension_base.toml",
    ],
)
def test_a_name_that_is_not_a_table_of_a_folder_is_refused(name):
    assert refused(("x.zip", packed((name, TEXT))))


def test_a_bomb_is_refused_by_what_comes_out_not_by_what_it_says(monkeypatch):
    bomb = packed((PATH, b"# " + b"a" * 50_000_000))
    assert len(bomb) < 100_000
    assert "解开后太大" in refused(("x.zip", bomb))
    # The directory says ten bytes; what comes out is counted all the same.
    place = bomb.rindex(b"PK\x01\x02")
    lying = bytearray(bomb)
    lying[place + 24 : place + 28] = struct.pack("<I", 10)
    assert refused(("x.zip", bytes(lying)))
    many = [(f"130000/t{n}.toml", b"# " + b"a" * 500_000) for n in range(20)]
    assert "解开后太大" in refused(("x.zip", packed(*many)))


def test_links_passwords_doubles_other_regions_and_crowds_are_refused():
    link = zipfile.ZipInfo(PATH)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "链接" in refused(("x.zip", made.getvalue()))
    locked = bytearray(packed((PATH, TEXT), method=zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    assert "口令" in refused(("x.zip", bytes(locked)))
    with pytest.warns(UserWarning, match="Duplicate"):
        doubled = packed((PATH, TEXT), (PATH, TEXT + "\n"))
    assert "两份" in refused(("x.zip", doubled))
    assert "一次只导入一个地区" in refused(
        (
            "x.zip",
            packed((PATH, TEXT), ("310000/pension_base.toml", shipped().files["310000/pension_base.toml"])),
        )
    )
    assert "一次只导入一个地区" in refused(("x.zip", packed((PATH, TEXT))), region="310000")
    assert "超过" in refused(("x.zip", packed(*[(f"130000/t{n}.toml", "") for n in range(MOST_FILES + 1)])))
    assert "超过 2 MB" in refused(("x.zip", b"\0" * (LARGEST_UPLOAD + 1)))
    assert "没有政策表" in refused(("x.zip", packed()))
    assert refused() == "请选择一个 .zip，或同一地区的若干 .toml 文件。"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"<html>",
        b"\xd0\xcf\x11\xe0",
        packed((PATH, TEXT))[:-30],
        b"PK\x05\x06" + b"\0" * 18,
    ],
)
def test_what_is_no_zip_is_told_so(content):
    assert refused(("x.zip", content))


HEAD = 'title = "t"\nunit = "rate"\nkeyed_by = "year"\ntopic = "账户"\n'
SPAN = 'source = "s"\nconfidence = "M"\n'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title = 1",
        "a = " + "[" * 20_000,
        "a = " + "9" * 6_000,
        HEAD + "[[span]]\nsince = 2020-01-01\nvalue = 1e999999999\n" + SPAN,
        HEAD + "[[span]]\nsince = 2020-01-01\nvalue = nan\n" + SPAN,
        HEAD + "[[span]]\nsince = 9999-12-31\nvalue = 1\n" + SPAN,
        'lasts = "year"\n' + HEAD + "[[span]]\nsince = 2024-02-29\nvalue = 1\n" + SPAN,
        'lasts = "year"\n' + HEAD + "[[span]]\nsince = 9999-01-01\nvalue = 1\n" + SPAN,
        HEAD + "[[span]]\nsince = 2020-01-01T00:00:00Z\nvalue = 1\n" + SPAN,
        HEAD + "[[span]]\nsince = 2020-01-01\nvalue = 1\ngroup = 5\n" + SPAN,
        HEAD + "[[span]]\nsince = 2020-01-01\nvalue = 1\ngroup = []\n" + SPAN,
        HEAD + "[[span]]\nsince = 2020-01-01\nvalue = 1\nnote = 7\n" + SPAN,
        HEAD + "[[span]]\nsince = 2020-01-01\nvalue = 1\nregion = '310000'\n" + SPAN,
        HEAD + "[[span]]\nsince = 2020-01-01\nvalue = true\n" + SPAN,
        HEAD + "span = [1, 2]",
        HEAD + "span = 1",
        HEAD + "[[absent]]\nsince = 'x'\nreason = 'r'\n",
        HEAD + "[[absent]]\nsince = 2020-01-01\nreason = 5\n",
        HEAD.replace('"t"', '"t\x00"'),
    ],
)
def test_no_text_breaks_the_reader(text):
    with pytest.raises(NotATable) as reason:
        file_text(text, path=PATH)
    assert str(reason.value).endswith("。")


pieces = st.sampled_from(
    [
        HEAD,
        SPAN,
        *("[[span]]\n", "[[absent]]\n", "since = 2020-01-01\n", "value = 1\n", "value = []\n"),
        *("until = 2019-01-01\n", "group = {}\n", "region = ''\n", "reason = ''\n"),
        *("\ufeff", "[span]\n", "=", '"'),
    ]
)


@given(st.lists(pieces, max_size=8).map("".join))
def test_any_text_is_a_table_or_gets_a_sentence(text):
    try:
        assert file_text(text, path=PATH).name == "pension_base"
    except NotATable as reason:
        assert str(reason).endswith("。")


@given(st.binary(max_size=200))
def test_any_bytes_get_a_sentence(content):
    with pytest.raises(NotATable):
        read_incoming([("x.zip", content)])
