"""Objects in a bucket: the same promises as in a folder, kept against a store that crashes, refuses and lies.

The store is moto, a mock that runs as a server; faults come from a proxy before it. See object_store.py.
"""

import argparse
import io
import json
import os
import re
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from object_store import Answer, Asked, Liar, ObjectStore
from ocfl.storage_root import StorageRoot as TheirRoot
from tests.corpus import corpus
from vault_corpus import ITEM, OTHER, contents, put

from nianlun.kernel import outgoing
from nianlun.vault import command
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.key_folder import WrappedKey
from nianlun.vault.ocfl import BadName, Busy, Damaged, NotARoot, NotStored
from nianlun.vault.ocfl.beside import destroyed_file, key_file
from nianlun.vault.ocfl.bucket import claims, client
from nianlun.vault.ocfl.bucket.gate import Gate
from nianlun.vault.ocfl.bucket.store import BucketStore
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.faults import Unreachable
from nianlun.vault.ocfl.folder_store import FolderStore
from nianlun.vault.ocfl.transfer import copy_object, restore_object
from nianlun.vault.stores import open_store, open_tree

FIRST = {"正本/1.tif": b"page one", "空.txt": b""}


@pytest.fixture(scope="module")
def service() -> Iterator[ObjectStore]:
    found = ObjectStore()
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def impatient(service: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are the client's; here each fault is to be met at once."""
    service.liar.fault = None
    service.liar.asked.clear()
    monkeypatch.setattr(client, "_RETRIES", 0)
    monkeypatch.setattr(client, "_RETRY_FOR", timedelta(seconds=1))


@pytest.fixture
def store(service: ObjectStore) -> BucketStore:
    return opened(service.bucket(through_liar=True))


def opened(url: str) -> BucketStore:
    found = open_store(url)
    assert isinstance(found, BucketStore)
    return found


def keys_of(store: BucketStore) -> dict[str, bytes]:
    return {key.path: store.tree.read(key.path) for key in store._client.below("")}


def download(store: BucketStore, folder: Path) -> Path:
    for path, content in keys_of(store).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_what_was_put_comes_back_version_by_version(store):
    assert put(store, FIRST).added
    assert put(store, {"正本/1.tif": b"page one, corrected"}).number == 2
    assert contents(store) == FIRST | {"正本/1.tif": b"page one, corrected"}
    assert contents(store, version=1) == FIRST
    assert list(store.object_ids()) == [ITEM]
    assert verify_root(store.tree).findings == ()
    assert verify_root(store.tree, sm3=True).findings == ()
    assert store.leftovers() == []


def test_the_same_content_again_puts_nothing(store, service):
    put(store, FIRST)
    service.liar.asked.clear()
    assert not put(store, {"正本/1.tif": b"page one"}).added
    assert {method for method, _ in service.liar.asked} <= {"GET", "HEAD"}


def test_a_bucket_downloaded_is_a_root_that_an_independent_validator_accepts(store, tmp_path):
    put(store, FIRST)
    put(store, {"b": b"2"})
    put(store, {"a/b": b"100%"}, object_id="urn:x:长/.. %")
    root = download(store, tmp_path / "root")
    theirs = TheirRoot(root=str(root))
    assert theirs.validate(log_warnings=True)
    assert (theirs.num_objects, theirs.errors) == (2, [])
    assert verify_root(root).findings == ()


def test_object_and_copy_are_the_same_in_folder_and_bucket(store, tmp_path):
    folder = FolderStore(tmp_path / "primary")
    put(folder, FIRST)
    copy_object(ITEM, source=folder, target=store)
    put(folder, {"b": b"2"})
    copy_object(ITEM, source=folder, target=store)
    back = FolderStore(tmp_path / "back")
    copy_object(ITEM, source=store, target=back)
    files = [
        {p.relative_to(s.path): p.read_bytes() for p in s.folder_of(ITEM).rglob("*") if p.is_file()}
        for s in (folder, back)
    ]
    assert files[0] == files[1]
    assert verify_root(store.tree).findings == verify_root(back.path).findings == ()


def test_bad_names_and_missing_things_are_refused_as_in_a_folder(store):
    with pytest.raises(BadName):
        put(store, {"../x": b"1"})
    with pytest.raises(NotStored):
        store.inventory(ITEM)
    put(store, FIRST)
    with pytest.raises(NotStored, match="没有文件"):
        store.open(ITEM, "b")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://key:secret@bucket/x", "密钥写在"),
        ("s3://bucket/x?secret=1", "密钥写在"),
        ("s3://bucket/x?endpoint=http://10.1.2.3:9000", "https"),
        ("s3://bucket/x?endpoint=ftp://127.0.0.1", "https"),
        ("s3:///x", "没有桶名"),
        ("ftp://host/x", "不认得"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(service, url, said):
    with pytest.raises(NotARoot, match=said):
        open_store(url)


def test_without_credentials_the_sentence_names_what_to_set(service, monkeypatch):
    monkeypatch.delenv("NIANLUN_S3_SECRET")
    with pytest.raises(NotARoot, match="NIANLUN_S3_SECRET"):
        open_store("s3://bucket/x")


def test_a_prefix_that_holds_something_else_is_not_taken_over(service, store):
    store._client.write("照片.jpg", b"x")
    store._client.delete("0=ocfl_1.1")
    with pytest.raises(NotARoot, match="请换一个前缀"):
        opened(service.url(store.name.split("/")[2]))
    with pytest.raises(NotARoot, match="没有档案库"):
        open_store(service.url(store.name.split("/")[2]), create=False)


def test_a_bucket_that_is_not_there_is_said_plainly(service):
    with pytest.raises(Unreachable, match=r"没有.*这个桶"):
        open_store(service.url("nowhere"))


def without_conditions(asked: Asked) -> Answer | None:
    """A service that ignores If-None-Match: it overwrites and says so."""
    if asked.method == "PUT" and "/trial-" in asked.path:
        return Answer(200, {"ETag": '"1"'}, b"")
    return None


def test_a_service_that_cannot_tell_two_writers_apart_is_refused(service):
    url = service.bucket(through_liar=True)
    service.liar.fault = without_conditions
    with pytest.raises(NotARoot, match="If-None-Match"):
        open_store(url)


# What a store may do wrong while an object is put. Each takes the address of a request's key and answers or not.


def refuses(asked: Asked) -> Answer | None:
    return Answer(500, {}, b"<Error><Code>InternalError</Code></Error>")


def denies(asked: Asked) -> Answer | None:
    return Answer(403, {}, b"<Error><Code>AccessDenied</Code></Error>")


def forgets(asked: Asked) -> Answer | None:
    return Answer(200, {"ETag": '"0"'}, b"") if asked.method == "PUT" else None


def garbles(asked: Asked) -> Answer | None:
    """Stores honestly and gives other bytes back."""
    if asked.method != "GET":
        return None
    answer = asked.forward()
    return Answer(answer.status, answer.headers, bytes(b ^ 1 for b in answer.body))


def cuts_short(asked: Asked) -> Answer | None:
    if asked.method != "GET":
        return None
    answer = asked.forward()
    return Answer(answer.status, answer.headers, answer.body[:-1], length=len(answer.body))


FAULTS = [refuses, denies, forgets, garbles, cuts_short]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("versions", [0, 1])
@pytest.mark.parametrize("key", ["/content/", "/v", "/inventory.json"])
def test_whatever_the_store_does_wrong_nothing_is_promised_and_the_old_state_stays(
    store, service, fault, versions, key
):
    for _ in range(versions):
        put(store, FIRST)
    place = f"{store.place(ITEM).path}/"
    written = re.compile(f"v{versions + 1}/content/|v{versions + 1}/inventory|/inventory.json$")
    met: list[str] = []

    def only_there(asked: Asked) -> Answer | None:
        path = asked.path.partition("?")[0]
        new = any(method == "PUT" and path in asked_path for method, asked_path in put_so_far)
        if asked.method == "PUT":
            put_so_far.append((asked.method, asked.path))
        if key in path and written.search(path) and (asked.method == "PUT" or new):
            met.append(path)
            return fault(asked)
        return None

    put_so_far: list[tuple[str, str]] = []
    service.liar.fault = only_there
    with pytest.raises(Unreachable) as told:
        put(store, {"b": b"new"})
    assert met and "secret" not in str(told.value)
    service.liar.fault = None
    store.sweep()
    honest = contents(store) if store.holds(ITEM) else {}
    before = FIRST if versions else {}
    assert honest in (before, before | {"b": b"new"})
    if key != "/inventory.json" or fault not in {garbles, cuts_short}:
        assert honest == before
    assert verify_root(store.tree).findings == ()
    assert place
    put(store, {"b": b"new"})
    assert contents(store) == before | {"b": b"new"}
    assert verify_root(store.tree).findings == ()


STRIDE = 1 if os.environ.get("NIANLUN_THOROUGH") else 5
"""Every fifth request keeps the tests short; they are cut at each one with NIANLUN_THOROUGH=1."""


class PowerCut(BaseException):
    """Stands for a killed process: nothing of the program runs after it."""


def cut_at(store: BucketStore, last: int, work) -> int:
    """Do the work until the client's request number `last`, then nothing more; the number of requests made."""
    made = 0
    honest = client.Client._asked

    def counting(self, path):
        nonlocal made
        made += 1
        if last and made >= last:
            raise PowerCut
        return honest(self, path)

    with mock.patch.object(client.Client, "_asked", counting), suppress(PowerCut):
        work()
    claims._held.clear()  # a new process knows nothing of the old one's claims
    return made


@pytest.mark.slow
@pytest.mark.parametrize("versions", [0, 1])
def test_cut_off_at_any_request_there_is_the_old_or_the_new_and_a_named_leftover(service, versions):
    def fresh() -> BucketStore:
        store = opened(service.bucket())
        for _ in range(versions):
            put(store, FIRST)
        return store

    before, after = (FIRST, FIRST | {"b": b"new"}) if versions else ({}, {"b": b"new"})
    store = fresh()
    total = cut_at(store, 0, lambda: put(store, {"b": b"new"}))
    outcomes = set()
    for step in range(1, total + 1, STRIDE):
        store = fresh()
        cut_at(store, step, lambda store=store: put(store, {"b": b"new"}))
        report = verify_root(store.tree)
        assert report.sound, (step, report.findings)
        seen = contents(store) if store.holds(ITEM) else {}
        assert seen in (before, after), step
        left = store.leftovers()
        assert bool(left) == any(f.code == "NW001" for f in report.findings)
        swept = store.sweep()
        assert [one.object_id for one in swept] == [ITEM] * len(left)
        assert verify_root(store.tree).findings == ()
        found = contents(store) if store.holds(ITEM) else {}
        assert found == seen, step
        outcomes.add((found == after, bool(left)))
        put(store, {"b": b"new"})
        assert contents(store) == after
    assert {old for old, _ in outcomes} == {True, False}


def test_a_repeated_put_alone_clears_what_a_killed_writer_left(store):
    cut_at(store, 8, lambda: put(store, FIRST))
    (left,) = store.leftovers()
    assert left.object_id == ITEM
    put(store, FIRST)
    assert store.leftovers() == []
    assert contents(store) == FIRST


def test_two_writers_of_one_object_never_mix(store):
    """The second comes when the first has put its content."""
    honest, outcome = client.Client.upload, []

    def meeting(self, path, chunks, **about):
        done = honest(self, path, chunks, **about)
        if not outcome:
            outcome.append("met")
            with pytest.raises(Busy, match="稍后重试"):
                put(store, {"a": b"second"})
        return done

    with mock.patch.object(client.Client, "upload", meeting):
        put(store, {"a": b"first"})
    assert outcome and contents(store) == {"a": b"first"}


def test_a_reader_meanwhile_sees_the_old_version_whole(store):
    put(store, FIRST)
    honest, seen = client.Client.upload, []

    def reading(self, path, chunks, **about):
        done = honest(self, path, chunks, **about)
        seen.append((contents(store), store.verify(ITEM), verify_root(store.tree).findings))
        return done

    with mock.patch.object(client.Client, "upload", reading):
        put(store, {"b": b"new"})
    assert seen and all(one == (FIRST, [], ()) for one in seen)


def test_a_writer_whose_claim_was_taken_over_does_not_go_on(store):
    """As when a machine sleeps for hours in the middle of a put."""
    put(store, FIRST)
    honest = client.Client.upload

    def asleep(self, path, chunks, **about):
        done = honest(self, path, chunks, **about)
        claims._held.clear()  # by the rules its writer is gone
        with mock.patch.object(client.Client, "upload", honest):
            put(store, {"a": b"the other"})
        return done

    with mock.patch.object(client.Client, "upload", asleep), pytest.raises(Busy):
        put(store, {"b": b"slow"})
    assert contents(store) == FIRST | {"a": b"the other"}
    assert verify_root(store.tree).findings == ()


def test_a_claim_on_another_machine_counts_as_dead_only_after_an_hour(store):
    cut_at(store, 8, lambda: put(store, FIRST))
    with mock.patch.object(claims, "_this_process", return_value=""):
        assert store.leftovers() == [] and store.sweep() == []
        with pytest.raises(Busy):
            put(store, FIRST)
        with mock.patch.object(claims, "_LEASE", timedelta(seconds=-1)):
            assert len(store.leftovers()) == 1
            put(store, FIRST)
    assert contents(store) == FIRST


def damage(store: BucketStore, path: str, content: bytes | None) -> None:
    key = f"{store.place(ITEM).path}/{path}"
    if content is None:
        store._client.delete(key)
    else:
        store._client.write(key, content)


DAMAGES = [
    ("v1/content/00001.tif", b"page onf", "E092"),
    ("v1/content/00001.tif", b"page", "E092"),
    ("v1/content/00001.tif", None, "E092"),
    ("v1/content/Thumbs.db", b"x", "E023"),
    ("inventory.json", b"{}", "E060"),
    ("inventory.json", None, "E063"),
    ("inventory.json.sha512", None, "E058"),
    ("0=ocfl_object_1.1", None, "E003"),
    ("v1/inventory.json", None, "W010"),
]


@pytest.mark.parametrize(("path", "content", "code"), DAMAGES)
def test_damage_in_a_bucket_is_found_and_a_good_copy_takes_its_place(store, tmp_path, path, content, code):
    put(store, FIRST)
    put(store, {"b": b"2"}, object_id=OTHER)
    good = FolderStore(tmp_path / "good")
    copy_object(ITEM, source=store, target=good)
    damage(store, path, content)
    broken = {k: v for k, v in keys_of(store).items() if k.startswith(store.place(ITEM).path)}
    report = verify_root(store.tree)
    assert code in {f.code for f in report.findings}
    assert report.objects == 2
    kept = restore_object(ITEM, good=good, damaged=store)
    assert verify_root(store.tree).findings == ()
    assert contents(store) == FIRST
    aside = kept.removeprefix(store.name + "/")
    assert {k.removeprefix(aside): v for k, v in keys_of(store).items() if k.startswith(aside)} == {
        k.removeprefix(store.place(ITEM).path): v for k, v in broken.items()
    }


def test_a_damaged_object_can_be_kept_in_a_folder(store, tmp_path):
    put(store, FIRST)
    good = FolderStore(tmp_path / "good")
    copy_object(ITEM, source=store, target=good)
    damage(store, "v1/content/00001.tif", b"page onf")
    assert restore_object(ITEM, good=good, damaged=store, keep=tmp_path / "kept") == str(tmp_path / "kept")
    assert (tmp_path / "kept/v1/content/00001.tif").read_bytes() == b"page onf"


def test_a_restore_cut_off_at_any_request_loses_nothing_and_can_be_repeated(service, tmp_path):
    good = FolderStore(tmp_path / "good")
    put(good, FIRST)

    def broken() -> BucketStore:
        store = opened(service.bucket())
        copy_object(ITEM, source=good, target=store)
        damage(store, "v1/content/00001.tif", b"page onf")
        return store

    store = broken()
    total = cut_at(store, 0, lambda: restore_object(ITEM, good=good, damaged=store))
    for step in range(1, total + 1, 3 * STRIDE):
        store = broken()
        cut_at(store, step, lambda store=store: restore_object(ITEM, good=good, damaged=store))
        store.sweep()
        assert b"page onf" in keys_of(store).values()
        restore_object(ITEM, good=good, damaged=store)
        assert verify_root(store.tree).findings == ()
        assert b"page onf" in keys_of(store).values()


def test_keys_and_marks_travel_and_what_was_destroyed_is_no_damage(store, tmp_path):
    put(store, FIRST)
    keys = ClassKeys.create(tmp_path / "vault-keys.json")
    key = WrappedKey.wrap(bytes(32), object_id=ITEM, secrecy=Secrecy.WORK_SECRET, keys=keys).to_bytes()
    store.write_extra(key_file(ITEM), key)
    folder = FolderStore(tmp_path / "folder")
    copy_object(ITEM, source=store, target=folder)
    assert folder.read_extra(key_file(ITEM)) == key
    assert store.write_extra(key_file(ITEM), b"other", create=True) is False
    assert list(store.extras("nianlun-keys")) == [key_file(ITEM)]
    store.write_extra(destroyed_file(ITEM), b"{}")
    store.remove(ITEM)
    store.delete_extra(key_file(ITEM))
    assert not store.holds(ITEM) and store.read_extra(key_file(ITEM)) is None
    assert [f.code for f in store.verify(ITEM)] == ["NW002"]
    assert verify_root(store.tree).sound


def test_a_store_that_is_down_is_no_damage_but_said(store, service):
    put(store, FIRST)
    service.liar.fault = refuses
    with pytest.raises(Unreachable, match="没有正常应答"):
        store.verify(ITEM)
    with pytest.raises(Unreachable):
        verify_root(store.tree)
    service.liar.fault = lambda asked: refuses(asked) if "/v1/content/00001" in asked.path else None
    report = verify_root(store.tree)
    assert [f.code for f in report.findings] == ["NE006"]
    assert not report.sound and "没能核对" in report.findings[0].message


@pytest.mark.parametrize("fault", [garbles, cuts_short])
def test_wrong_bytes_are_never_handed_out_unnoticed(store, service, fault):
    put(store, FIRST)
    service.liar.fault = lambda asked: fault(asked) if "/v1/content/00001" in asked.path else None
    with store.open(ITEM, "正本/1.tif") as stream, pytest.raises((Damaged, Unreachable)):
        stream.read()


def test_a_listing_that_does_not_yet_show_a_file_is_no_damage(store, service):
    put(store, FIRST)

    def stale(asked: Asked) -> Answer | None:
        if "list-type" not in asked.path:
            return None
        answer = asked.forward()
        body = re.sub(
            rb"<Contents>(?:(?!</Contents>).)*00001\.tif.*?</Contents>", b"", answer.body, flags=re.S
        )
        assert body != answer.body or b"00001.tif" not in answer.body
        return Answer(answer.status, answer.headers, body)

    service.liar.fault = stale
    assert store.verify(ITEM) == []


class Zeros(io.RawIOBase):
    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return os.urandom(16) + bytes(size - 16) if size > 16 else bytes(size)


def test_a_film_goes_in_parts_and_needs_little_memory(service, tmp_path):
    store = opened(service.bucket())
    folder = FolderStore(tmp_path / "folder")
    size = 48 << 20
    put(folder, {"film.mp4": Zeros(size)})
    with mock.patch.object(service.liar, "fault", None):
        tracemalloc.start()
        copy_object(ITEM, source=folder, target=store)
        assert store.verify(ITEM) == []
        with store.open(ITEM, "film.mp4") as stream:
            stream.seek(-4, os.SEEK_END)
            assert stream.read() == bytes(4)
            stream.seek(0)
            read = 0
            while chunk := stream.read(1 << 20):
                read += len(chunk)
        tracemalloc.stop()
    assert read == size


def test_a_source_that_breaks_midway_leaves_no_film_behind(service, tmp_path):
    store = opened(service.bucket())
    folder = FolderStore(tmp_path / "folder")
    put(folder, {"film.mp4": Zeros(20 << 20)})
    file = folder.path_of(ITEM, "film.mp4")
    with file.open("r+b") as stream:
        stream.seek(19 << 20)
        stream.write(b"x")
    with pytest.raises(Damaged):
        copy_object(ITEM, source=folder, target=store)
    assert not store.holds(ITEM) and store.leftovers() == []


def test_published_examples_are_judged_alike_in_a_bucket(service):
    """Each example is uploaded as an object of a bucket. Empty folders and links cannot lie there."""
    examples = sorted(corpus("preservation/ocfl-fixtures").glob("1.[01]/*-objects/*"))
    store = opened(service.bucket())
    judged = 0
    for path in examples:
        inside = list(path.rglob("*"))
        if any(p.is_symlink() or (p.is_dir() and not any(p.iterdir())) for p in inside):
            continue
        place = f"abc/{path.parts[-3]}-{path.name}"
        for file in inside:
            if file.is_file():
                store._client.write(f"{place}/{file.relative_to(path).as_posix()}", file.read_bytes())
        ours = verify_object(store.tree.place(place))
        assert [f.code for f in ours] == [f.code for f in verify_object(path)], path
        judged += 1
    assert judged > 70
    walked = [path for path, code in open_tree(service.url(store.name.split("/")[2])).walk() if not code]
    assert len(walked) == judged
    assert json.dumps(walked) == json.dumps(sorted(walked))


def test_the_command_checks_a_bucket_by_its_address(store, service, capsys):
    def run(url: str) -> int:
        parser = argparse.ArgumentParser()
        command.add_parser(parser.add_subparsers())
        args = parser.parse_args(["vault", "verify", url, "--json"])
        assert not args.needs_database
        return args.run(args)

    put(store, FIRST)
    name = store.name.split("/")[2]
    assert run(service.url(name)) == 0
    assert json.loads(capsys.readouterr().out) == {"sound": True, "objects": 1, "findings": []}
    damage(store, "v1/content/00001.tif", b"page onf")
    assert run(service.url(name)) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["object"] == ITEM
    assert run(service.url(name).replace("/vault?", "/nothing?")) == 2
    assert run(service.url("nowhere")) == 2
    assert "没有" in capsys.readouterr().err


def test_a_store_that_sends_us_elsewhere_is_not_followed(store, service):  # S7.4
    put(store, FIRST)
    inside = Liar(service.direct)
    inside.start()
    try:
        service.liar.fault = lambda asked: Answer(
            307, {"Location": f"{inside.url}{asked.path}".replace("127.0.0.1", "localhost")}, b""
        )
        with pytest.raises(Unreachable, match="不是登记的地址"):
            contents(store)
        assert inside.asked == []
    finally:
        inside.stop()
    service.liar.fault = None
    assert contents(store) == FIRST


def test_a_store_whose_name_leads_elsewhere_is_not_spoken_to(service, settings, monkeypatch):  # S7.4
    monkeypatch.setitem(outgoing.checked.__kwdefaults__, "resolve", lambda host, port: ["127.0.0.1"])
    url = service.bucket(through_liar=True).replace("http://127.0.0.1", "https://store.example")
    with pytest.raises(Unreachable, match=r"store\.example 解析到 127\.0\.0\.1，不在允许外连的网段"):
        open_store(url)
    assert service.liar.asked == []
    settings.OUTGOING = outgoing.read_networks("127.0.0.0/8")
    with pytest.raises(Unreachable, match="没有正常应答"):  # it is spoken to now, and speaks no TLS
        open_store(url)


@pytest.mark.parametrize(
    "said",
    [b"CONNECT other.example:443 HTTP/1.1", b"GET http://10.0.0.1/ HTTP/1.1", b"GET / HTTP/1.1", b"x"],
)
def test_the_way_out_leads_to_the_store_and_nowhere_else(said):  # S7.4
    gate = Gate("https://store.example", networks=())
    with socket.create_connection(gate.server_address, timeout=10) as visitor:
        visitor.sendall(said + b"\r\n\r\n")
        assert visitor.recv(100).split()[1] in {b"403", b"400"}
    gate.shutdown()
    gate.server_close()
