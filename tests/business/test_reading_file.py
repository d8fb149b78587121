"""The reading file of an ended case: the order of its papers, what becomes of pictures, PDFs and hostile material."""

import io
import json
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from tests import factories
from tests.business.counter import Counter, give_all, opened, passed, version_of
from tests.business.papers import pages_of, stored, work

from nianlun.access.domain import Refused
from nianlun.cases import joining
from nianlun.cases.domain.facts import How
from nianlun.cases.models import Case, Filing, Slip
from nianlun.cases.operations import door, materials
from nianlun.digitization.reading import OpenedFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture(autouse=True)
def places(settings, tmp_path, monkeypatch):
    settings.VAULT_ROOT = tmp_path / "vault"
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])


def pdf_of(*pages: str) -> bytes:
    """A PDF from elsewhere: its fonts are not in it, and a note is pinned to its first page."""
    made = pikepdf.new()
    for text in pages:
        page = made.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = made.make_stream(f"BT /F1 18 Tf 72 700 Td ({text}) Tj ET".encode())
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[10, 10, 30, 30], Contents="note"
    )
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(note)])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def jpeg_of(width: int = 900, height: int = 600) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 180, 160)).save(out, "JPEG")
    return out.getvalue()


def give_copy(counter, case_id, requirement: str, content: bytes, name: str, folder: Path) -> None:
    path = folder / name
    path.write_bytes(content)
    materials.take_material(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        requirement=requirement,
        how=How.COPY_KEPT,
        upload=materials.Upload(path=path, name=name),
        at=counter.tick(),
    )


def ended(counter, case_id) -> Filing:
    """Accept the case, let it be granted and its papers made."""
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    passed(counter, case_id, "clerk", "reviewer", "leader")
    work()
    return Filing.objects.get(case_id=case_id)


def test_the_decision_comes_first_then_papers_record_application_and_materials_in_the_order_of_the_list(
    counter, tmp_path
):
    case_id = opened(counter, person_id=factories.person(name="周桂兰").id, file_kept_by="保定市第二棉纺厂")
    give_all(counter, case_id)
    give_copy(counter, case_id, "personnel_file", pdf_of("PAGE ONE", "PAGE TWO"), "档案.pdf", tmp_path)
    give_copy(
        counter, case_id, "identity", jpeg_of(), "身份证.jpg", tmp_path
    )  # later, yet before it in the list
    draft = ended(counter, case_id)
    assert [(line["title"].split("　")[0], line["pages"]) for line in draft.contents] == [
        ("办结单", 1),
        ("受理通知书", Slip.objects.get(kind="acceptance").page_count),
        ("业务办理表和申报表", 2),
        ("居民身份证", 1),
        ("本人人事档案", 2),
    ]
    first = {line["title"].split("　")[0]: line["first"] - 1 for line in draft.contents}
    book = stored(case_id, "case.pdf")
    pages = pages_of(book)
    assert "办结单" in pages[0] and "受理通知书" in pages[first["受理通知书"]]
    record = "".join(pages[first["业务办理表和申报表"] : first["居民身份证"]])
    for word in ("业务办理表", "初审通过", "材料齐全，核对无误", "业务申报表", "保定市第二棉纺厂"):
        assert word in record, word
    assert "居民身份证" in pages[first["居民身份证"]] and pages[-2:] == ["PAGEONE", "PAGETWO"]
    with pikepdf.open(io.BytesIO(book)) as pdf:
        assert not any("/Annots" in page.obj for page in pdf.pages)
        with pdf.open_metadata() as meta:
            assert "pdfaid:part" not in meta  # nobody proved the file from elsewhere
    assert stored(case_id, "materials/001-personnel_file.pdf") == (tmp_path / "档案.pdf").read_bytes()
    assert stored(case_id, "materials/002-identity.jpg") == (tmp_path / "身份证.jpg").read_bytes()
    told = json.loads(stored(case_id, "case.json"))
    assert told["format"] == "nianlun-case/1" and told["outcome_label"] == "准予办结"
    assert [one["number"] for one in told["steps"]] == list(range(1, len(told["steps"]) + 1))
    tmp_path.joinpath("case.pdf").write_bytes(book)
    with OpenedFile(tmp_path / "case.pdf") as file:
        for number in (1, first["居民身份证"] + 1, len(pages)):
            image = file.page_image(number)
            assert [image.width, image.height] == draft.pages[number - 1]


def test_papers_and_pictures_alone_make_a_pdf_a_2b_and_the_same_case_the_same_bytes(counter, tmp_path):
    case_id = opened(counter, person_id=factories.person().id)
    give_all(counter, case_id)
    give_copy(counter, case_id, "identity", jpeg_of(), "身份证.jpg", tmp_path)
    ended(counter, case_id)
    book = stored(case_id, "case.pdf")
    with pikepdf.open(io.BytesIO(book)) as pdf, pdf.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
        assert meta["dc:title"].endswith(Case.objects.get().number)
        assert "/OutputIntents" in pdf.Root and "/StructTreeRoot" not in pdf.Root
    row = Case.objects.select_related("agency").get()
    number = row.actions.filter(led_to="concluded").get().number
    assert joining.reading_file(row, ended_by=number).content == book


def test_a_pdf_of_two_thousand_pages_is_bound_whole(counter, tmp_path):
    case_id = opened(counter, person_id=factories.person().id)
    give_all(counter, case_id)
    huge = pikepdf.new()
    for _ in range(2_000):
        huge.add_blank_page(page_size=(595, 842))
    huge.save(tmp_path / "many.pdf")
    give_copy(counter, case_id, "identity", (tmp_path / "many.pdf").read_bytes(), "身份证.pdf", tmp_path)
    draft = ended(counter, case_id)
    assert draft.contents[-1]["pages"] == 2_000 and len(draft.pages) > 2_000


def test_what_is_too_much_or_cannot_be_bound_after_all_gets_a_sheet_that_says_where_it_lies(
    counter, tmp_path, monkeypatch
):
    monkeypatch.setattr(joining, "MOST_PAGES", 2)
    case_id = opened(counter, person_id=factories.person().id)
    give_all(counter, case_id)
    give_copy(counter, case_id, "identity", pdf_of("A", "B", "C"), "身份证.pdf", tmp_path)
    give_copy(counter, case_id, "personnel_file", pdf_of("D"), "档案.pdf", tmp_path)
    honest = joining._bytes_of

    def spoilt(row, leaves):
        for leaf in leaves:
            if leaf.is_ours:
                yield from honest(row, [leaf])
            else:
                yield b"%" + b"x" * (len(stored(case_id, leaf.file_name)) - 1)

    monkeypatch.setattr(joining, "_bytes_of", spoilt)
    draft = ended(counter, case_id)
    assert [line["pages"] for line in draft.contents[-2:]] == [1, 1]
    too_much, broken = pages_of(stored(case_id, "case.pdf"))[-2:]
    assert "3页" in too_much and "materials/001-identity.pdf" in too_much
    assert "materials/002-personnel_file.pdf" in broken


def test_a_picture_of_a_hundred_million_pixels_is_refused_at_the_counter(counter, tmp_path):
    case_id = opened(counter, person_id=factories.person().id)
    Image.new("1", (10_001, 10_000)).save(tmp_path / "huge.png")
    with pytest.raises(Refused, match="1 亿像素"):
        give_copy(
            counter, case_id, "identity", (tmp_path / "huge.png").read_bytes(), "身份证.png", tmp_path
        )
