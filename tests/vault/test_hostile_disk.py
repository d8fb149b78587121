"""Whatever somebody puts on the disk, a check comes to its end, is not misled, and names the object."""

import errno
import hashlib
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from vault_corpus import ITEM, OTHER, page_of, put

from nianlun.vault.ocfl import StorageRoot, TooLarge, check_object, inventory, regular
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.findings import Finding
from nianlun.vault.ocfl.folder_store import FolderStore

BOOKS = ["0=ocfl_object_1.1", "inventory.json", "inventory.json.sha512", "v1/inventory.json"]


@pytest.fixture
def root(tmp_path: Path) -> FolderStore:
    """Two objects; the other one has a page that rotted, which every check must still find."""
    root = FolderStore(tmp_path / "vault")
    put(root, {"1.tif": b"page one"})
    put(root, {"a": b"other"}, object_id=OTHER)
    page_of(root, "a", OTHER).write_bytes(b"rotten")
    return root


class WaitsForEver(BaseException):
    """Not to be caught as one more fault of an object."""


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """A check that waits for ever fails instead of keeping everybody waiting."""

    def stop(*_: object) -> None:
        raise WaitsForEver

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def damage_of(root: StorageRoot) -> dict[str, set[str]]:
    """Codes of the damage by object; what is told must be fit for a database and a terminal."""
    report = verify_root(root.path)
    found: dict[str, set[str]] = {}
    for finding in report.findings:
        assert "\0" not in json.dumps([finding.object, finding.message], ensure_ascii=False)
        (finding.object + finding.message).encode()
        if finding.is_damage:
            found.setdefault(finding.object, set()).add(finding.code)
    assert "E092" in found.pop(OTHER)
    return found


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def forge(root: StorageRoot, edit: Callable[[dict[str, object]], object]) -> None:
    """Rewrite an object's inventory so that its sidecars vouch for it."""
    folder = root.folder_of(ITEM)
    data = json.loads((folder / "inventory.json").read_bytes())
    edit(data)
    raw = json.dumps(data).encode()
    for place in (folder, folder / "v1"):
        (place / "inventory.json").write_bytes(raw)
        (place / "inventory.json.sha512").write_text(f"{hashlib.sha512(raw).hexdigest()} inventory.json\n")


def a_socket(file: Path) -> None:
    here = Path.cwd()
    os.chdir(file.parent)  # an address may not be long
    try:
        with socket.socket(socket.AF_UNIX) as open_socket:
            open_socket.bind(file.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda file: file.symlink_to("/dev/zero"), a_socket], ids=["pipe", "zero", "socket"]
)
def test_what_is_no_file_is_never_waited_for(root, name, make):
    file = root.folder_of(ITEM) / name
    file.unlink()
    make(file)
    assert damage_of(root)
    assert any(f.is_damage for f in root.verify(ITEM))
    assert set(root.object_ids()) <= {ITEM, OTHER}


@pytest.mark.parametrize("name", ["0=ocfl_1.1", "ocfl_layout.json"])
def test_a_pipe_among_the_roots_own_files_is_never_waited_for(root, name):
    (root.path / name).unlink()
    os.mkfifo(root.path / name)
    assert damage_of(root)[str(root.path)]


def test_a_page_that_becomes_a_pipe_after_it_was_listed_is_never_waited_for(root, monkeypatch):
    page = page_of(root, "1.tif")
    honest = check_object.check_content

    def late(*args, **options):
        page.unlink()
        os.mkfifo(page)
        return honest(*args, **options)

    monkeypatch.setattr(check_object, "check_content", late)
    assert any("不是普通文件" in f.message for f in verify_object(root.folder_of(ITEM)))


@pytest.mark.parametrize("name", BOOKS)
def test_a_book_of_three_gigabytes_is_not_read(root, name):
    os.truncate(root.folder_of(ITEM) / name, 3 << 30)
    (found,) = damage_of(root).values()
    assert "NE002" in found


def test_an_inventory_that_could_not_be_read_again_is_not_written(root, monkeypatch):
    monkeypatch.setattr(inventory, "LARGEST_BOOK", 2000)
    many = {f"{number}.tif": b"%d" % number for number in range(20)}
    with pytest.raises(TooLarge, match="分成几个对象"):
        put(root, many, object_id="urn:x:many")
    assert not root.holds("urn:x:many") and root.leftovers() == []


@pytest.mark.parametrize(
    "size", [0, 1, regular.CHUNK - 1, regular.CHUNK, regular.CHUNK + 1, 3 * regular.CHUNK]
)
def test_a_file_of_any_size_is_read_to_its_end(tmp_path, size):
    (tmp_path / "page").write_bytes(b"x" * size)
    assert sum(map(len, regular.chunks_of(str(tmp_path / "page")))) == size


def test_a_name_that_is_no_text_is_a_finding_of_its_object(root):
    Path(os.fsdecode(os.fsencode(root.folder_of(ITEM)) + b"/\xff\xfe")).touch()
    assert damage_of(root) == {ITEM: {"E001"}}


def a_path(path: str) -> Callable[[dict[str, object]], object]:
    def edit(data):
        digest = next(iter(data["manifest"]))
        data["manifest"][digest].append(path)

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        a_path("v1/content/../a\0b"),
        a_path("v1/content/a\0b"),
        a_path("v1/content/\udcff"),
        a_path("v1/content/" + "a/" * 40_000 + "b"),
        lambda data: data.update(id="urn:x:\0"),
        lambda data: data.update(id="urn:x:\ud800"),
        lambda data: data.update(id="urn:x:" + "x" * 600),
        lambda data: data["versions"].update({"v²": data["versions"]["v1"]}),
        lambda data: data["versions"].update({"v" + "9" * 5000: data["versions"]["v1"]}),
        lambda data: data["versions"].update({"v٣": data["versions"]["v1"]}),
        lambda data: data["versions"]["v1"].update(created="２026-03-01T12:00:00Z"),
        lambda data: data.update(head=[[]]),
    ],
)
def test_a_forged_inventory_is_damage_and_nothing_falls_over_it(root, edit):
    forge(root, edit)
    assert damage_of(root)
    assert any(f.is_damage for f in root.verify(ITEM))
    assert set(root.object_ids()) <= {ITEM, OTHER}


def test_an_id_that_no_object_may_have_is_told_as_such(root):
    forge(root, lambda data: data.update(id="urn:x:\0"))
    assert damage_of(root) == {str(root.folder_of(ITEM)): {"NE007"}}


def test_an_inventory_nobody_foresaw_is_a_finding_of_that_object_alone(root, monkeypatch):
    honest = check_object.check_inventory

    def stumbling(data, **about):
        if data["id"] == ITEM:
            raise ArithmeticError("nobody foresaw this")
        return honest(data, **about)

    monkeypatch.setattr(check_object, "check_inventory", stumbling)
    assert damage_of(root) == {str(root.folder_of(ITEM)): {"NE002"}}
    assert codes(root.verify(ITEM)) == {"NE002"}


@pytest.mark.parametrize("where", ["folder", "content", "root"])
def test_folders_without_end_do_not_end_the_check(root, where):
    start = {
        "folder": root.folder_of(ITEM),
        "content": root.folder_of(ITEM) / "v1" / "content",
        "root": root.path / "abc",
    }[where]
    start.mkdir(exist_ok=True)
    here = Path.cwd()
    try:
        os.chdir(start)
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        os.chdir(here)
        damage = damage_of(root)
        assert damage == {str(root.path if where == "root" else root.folder_of(ITEM)): {"NE002"}}
    finally:
        os.chdir(start)  # shutil.rmtree of this Python goes as deep as the folders do
        depth = 0
        while Path("d").is_dir():
            os.chdir("d")
            depth += 1
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()
        os.chdir(here)


@pytest.mark.parametrize("depth", [1, 3])
def test_a_folder_that_cannot_be_read_is_told_and_all_others_are_checked(root, monkeypatch, depth):
    parents = root.folder_of(ITEM).relative_to(root.path).parts
    bad = root.path.joinpath(*parents[:depth])
    honest = os.scandir

    def scandir(folder="."):
        if str(folder) == str(bad):
            raise OSError(errno.EIO, "Input/output error", str(bad))
        return honest(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert damage_of(root) == {str(root.path): {"NE002"}}
    assert set(root.object_ids()) == {OTHER}


@pytest.mark.parametrize(
    "folder", ["", "extensions", "extensions/nianlun-staging", "extensions/nianlun-destroyed"]
)
def test_a_folder_of_the_root_itself_that_cannot_be_read_is_told(root, monkeypatch, folder):
    (root.path / "extensions" / "nianlun-destroyed").mkdir()
    (root.path / "extensions" / "nianlun-staging").mkdir(exist_ok=True)
    bad = root.path / folder
    honest = os.scandir

    def scandir(asked="."):
        if Path(os.fspath(asked)) == bad:
            raise OSError(errno.EIO, "Input/output error", str(bad))
        return honest(asked)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "listdir", lambda asked=".": [entry.name for entry in scandir(asked)])
    assert "NE002" in codes([f for f in verify_root(root.path).findings if f.object == str(root.path)])


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_an_object_reached_by_a_link_is_damaged_however_whole_it_looks(root, tmp_path, depth):
    parents = root.folder_of(ITEM).relative_to(root.path).parts
    linked = root.path.joinpath(*parents[:depth])
    linked.rename(tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")
    assert {(f.object, f.code) for f in root.verify(ITEM)} == {(ITEM, "E090")}
    assert damage_of(root) == {ITEM if depth == 4 else str(root.path): {"E090"}}


def test_a_link_at_an_objects_place_is_that_objects_damage_even_where_it_leads_nowhere(root, tmp_path):
    place = root.folder_of(ITEM)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "nowhere")
    told = []
    report = verify_root(root.path, each=lambda name, found: told.append(found))
    assert (ITEM, "E090") in {(f.object, f.code) for f in report.findings}
    assert report.objects == 2 == len(told)


def test_a_link_that_belongs_to_no_object_is_the_roots(root, tmp_path):
    (root.path / "abc").mkdir()
    (root.path / "abc" / "urn%3ax%3a1").symlink_to(tmp_path)
    assert damage_of(root) == {str(root.path): {"E090"}}
