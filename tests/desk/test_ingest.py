"""A folder taken in whole: real files through the real pipeline, once."""

import hashlib
import json

import pytest
from tests.corpus import corpus

from nianlun.access.domain import Role, Viewer
from nianlun.archives import queries as archives
from nianlun.archives.operations import PageSize
from nianlun.desk import command_search
from nianlun.desk.ingest import NothingToIngest, ingest_folder
from nianlun.desk.persons import NoSuchPerson
from nianlun.digitization import quarantine
from nianlun.digitization import queries as digitization
from nianlun.evidence import queries as evidence
from nianlun.evidence.domain import Kind
from nianlun.journal import queries as journal

OPERATOR = Viewer(account_id=0, role=Role.ARCHIVIST, name="", agency_name="", scope="1306")


def ingest(folder, person=None):
    return ingest_folder(
        str(folder), person=str(person.id) if person else "", agency="", tell=lambda line: None
    )


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "扫描件 一"
    made.mkdir()
    return made


@pytest.mark.slow
def test_a_scanned_form_becomes_claims_with_their_regions(fonds, person, folder, paper_image):
    (folder / "SCAN0001.jpg").write_bytes(paper_image)
    [outcome] = ingest(folder, person)
    assert outcome.outcome == "filed"
    assert outcome.archival_code.startswith("B013-ZY·YL·")
    assert outcome.sha512 == hashlib.sha512(paper_image).hexdigest()
    assert outcome.pages == 1
    [item] = archives.items_of_person(person.id)
    claims = {c.kind: c for c in evidence.claims_of_item(item.id)}
    assert claims[Kind.BIRTH_DATE].value == "1967-04-28"
    assert claims[Kind.WORK_START].value == "1984-09-01"
    assert all(0 <= x <= 1 and 0 <= y <= 1 for c in claims.values() for x, y in c.polygon)
    assert claims[Kind.NAME].state == "proposed"

    [again] = ingest(folder, person)
    assert (again.outcome, again.archival_code) == ("duplicate", outcome.archival_code)
    assert len(archives.items_of_person(person.id)) == 1

    found = command_search.search("挡车工", account="")
    assert [page["code"] for page in found["pages"]] == [outcome.archival_code]
    assert json.dumps(found, ensure_ascii=False)


@pytest.mark.slow
def test_the_official_letter_in_ofd_goes_through_the_same_pipeline(fonds, person, folder):
    letter = next(corpus("ofd/ofdrw").rglob("n.ofd"))
    (folder / "n.ofd").write_bytes(letter.read_bytes())
    [outcome] = ingest(folder, person)
    assert (outcome.outcome, outcome.pages > 0) == ("filed", True)
    [item] = archives.items_of_person(person.id)
    assert {c.kind for c in evidence.claims_of_item(item.id)} & {Kind.BIRTH_DATE, Kind.WORK_START}


BAD = {
    "空.jpg": (b"", "0 字节"),
    "其实是文本.jpg": ("这是一份说明。".encode() * 20, "内容"),
    "截断.pdf": (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog", "文件"),
}


def test_each_bad_file_is_told_kept_and_journaled_and_the_rest_goes_on(fonds, person, folder):
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)
    outcomes = {o.file: o for o in ingest(folder, person)}
    for name, (_, word) in BAD.items():
        assert outcomes[name].outcome == "refused"
        assert word in outcomes[name].sentence
    assert archives.items_of_person(person.id) == []
    [batch] = digitization.batches(OPERATOR)
    for sheet in digitization.sheets(batch.id):
        assert quarantine.path_of(sheet.id).read_bytes() == BAD[sheet.name][0]
    told = [line.what for line in journal.entries(scope="1306", action="digitization.file_refused")]
    assert len(told) == len(BAD)


CORPUS_BAD = [
    "preservation/pypdf",
    "preservation/pillow",
]


@pytest.mark.slow
def test_hostile_files_of_the_corpus_end_filed_or_refused_with_a_sentence(fonds, person, folder):
    for name in ("decompression_bomb.gif", "decompression_bomb.ico", "broken.png", "truncated_jpeg.jpg"):
        for path in sorted(corpus(CORPUS_BAD[1]).rglob(name)):
            (folder / path.name).write_bytes(path.read_bytes())
    for path in sorted(corpus(CORPUS_BAD[0]).rglob("*r6*.pdf"))[:2]:
        (folder / path.name).write_bytes(path.read_bytes())
    outcomes = ingest(folder, person)
    assert outcomes
    for outcome in outcomes:
        assert outcome.outcome in ("filed", "refused"), outcome
        assert outcome.outcome == "filed" or outcome.sentence.endswith("。"), outcome


def test_a_name_that_climbs_out_of_the_folder_is_refused_at_the_door(fonds, agency, now):
    from io import BytesIO

    from nianlun.digitization import operations

    batch_id = operations.open_batch("门口", agency_id=agency.id, person_id=None, by=None, at=now)
    got = operations.receive(batch_id, name="../../etc/passwd", stream=BytesIO(b"x"), by=None, at=now)
    assert (got.outcome, got.code) == ("refused", "bad_name")
    assert "../" in got.sentence


def test_a_full_disk_keeps_nothing_of_the_file_and_says_so(fonds, agency, now, monkeypatch):
    import errno
    from io import BytesIO

    from nianlun.digitization import operations

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    batch_id = operations.open_batch("满", agency_id=agency.id, person_id=None, by=None, at=now)
    monkeypatch.setattr("nianlun.digitization.quarantine.os.fsync", full)
    with pytest.raises(quarantine.NoRoom, match="磁盘已满"):
        operations.receive(batch_id, name="a.jpg", stream=BytesIO(b"x" * 100), by=None, at=now)
    monkeypatch.undo()
    assert digitization.sheets(batch_id) == []
    assert journal.entries(scope="1306", action="digitization.file_refused")


def test_the_name_of_a_work_secret_lies_nowhere_in_the_vault_in_clear(fonds, agency, now, settings):
    from io import BytesIO

    from nianlun.digitization import operations
    from nianlun.digitization.reading.values import Examined
    from nianlun.vault.class_keys import ClassKeys

    settings.VAULT_KEYS = settings.VAULT_ROOT.parent / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)
    batch_id = operations.open_batch(
        "信访", agency_id=agency.id, person_id=None, by=None, at=now, secrecy="work_secret"
    )
    got = operations.receive(batch_id, name="举报信-张三.pdf", stream=BytesIO(b"%PDF-1.7"), by=None, at=now)
    pdf = Examined(
        format="pdf", media_type="application/pdf", extension=".pdf", pages=1, has_text_layer=False
    )
    operations.file_sheet(got.sheet_id, examined=pdf, pages=[PageSize(width=100, height=140)], at=now)
    stored = [path.read_bytes() for path in settings.VAULT_ROOT.rglob("*") if path.is_file()]
    assert any("收件归档".encode() in content for content in stored)
    assert not any("张三".encode() in content for content in stored)


def test_the_same_bytes_are_taken_once_however_often_they_come(fonds, agency, now):
    from io import BytesIO

    from nianlun.digitization import operations

    batch_id = operations.open_batch("两次", agency_id=agency.id, person_id=None, by=None, at=now)
    first = operations.receive(batch_id, name="a.jpg", stream=BytesIO(b"same"), by=None, at=now)
    second = operations.receive(batch_id, name="b.jpg", stream=BytesIO(b"same"), by=None, at=now)
    assert (first.outcome, second.outcome) == ("received", "duplicate")
    assert [s.name for s in digitization.sheets(batch_id)] == ["a.jpg"]
    assert len(list(quarantine.path_of(first.sheet_id).parent.iterdir())) == 1


def test_what_a_broken_upload_left_is_named_and_swept_and_refused_files_stay(fonds, agency, now, settings):
    import os
    from datetime import timedelta
    from io import BytesIO
    from pathlib import Path

    from nianlun.digitization import operations
    from nianlun.digitization.reading.refusals import refusal

    batch_id = operations.open_batch("残留", agency_id=agency.id, person_id=None, by=None, at=now)
    kept = operations.receive(batch_id, name="a.jpg", stream=BytesIO(b"x"), by=None, at=now)
    operations.refuse_sheet(kept.sheet_id, reason=refusal("empty"), at=now)
    orphan = Path(settings.QUARANTINE) / "0123.part"
    orphan.write_bytes(b"half")
    for path in Path(settings.QUARANTINE).iterdir():
        os.utime(path, (now.timestamp(), now.timestamp()))
    later = now + timedelta(hours=2)
    assert digitization.leftovers(at=now) == []
    assert digitization.leftovers(at=later) == ["0123.part"]
    assert operations.sweep_quarantine(at=later) == ["0123.part"]
    assert [line.name for line in digitization.set_aside()] == ["a.jpg"]
    assert quarantine.path_of(kept.sheet_id).exists()
    assert not orphan.exists()


def test_a_person_who_is_not_there_is_told_before_anything_is_taken(fonds, folder):
    (folder / "a.jpg").write_bytes(b"x")
    with pytest.raises(NoSuchPerson, match="没有"):
        ingest_folder(str(folder), person="11010519491231002X", agency="", tell=lambda line: None)
    with pytest.raises(NothingToIngest):
        ingest_folder(str(folder / "没有"), person="", agency="", tell=lambda line: None)
