"""Files from outside: each gives pages or a named refusal with a sentence, and nothing crashes (S4.1, S4.2, S4.4)."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from tests.corpus import corpus

from nianlun.digitization.reading import Refused, examine, page_image
from nianlun.digitization.reading.refusals import SENTENCES

FOLDERS = (
    "preservation/pillow",
    "preservation/pypdf",
    "preservation/pikepdf",
    "preservation/piexif",
    "formats-misc/puremagic",
    "ofd/ofdrw",
    "ocr-zh/rapidocr",
)


def outcome(path: Path, *, name: str | None = None) -> str:
    """ "3 pages" or the code of the refusal; the first page is drawn as well."""
    try:
        examined = examine(path, name=name or path.name)
        image = page_image(path, 1)
    except Refused as refused:
        assert refused.code in SENTENCES
        assert refused.sentence.endswith("。")
        return refused.code
    assert 0 < image.width <= 2339
    assert 0 < image.height <= 2339
    Image.open(io.BytesIO(image.content)).load()
    return f"{examined.pages} pages"


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_the_hostile_corpus_gives_pages_or_a_named_refusal(folder):
    files = sorted(path for path in corpus(folder).rglob("*") if path.is_file())
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(outcome, files))
    assert all(outcomes)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("preservation/pillow/truncated_jpeg.jpg", "truncated"),
        ("preservation/pillow/broken_data_stream.png", "not_decodable"),
        ("preservation/pillow/libtiff_segfault.tif", "not_decodable"),
        ("preservation/pillow/decompression_bomb.gif", "wrong_type"),
        ("preservation/pillow/multipage_out_of_order.tiff", "3 pages"),
        ("preservation/pypdf/encryption/r6-user-password.pdf", "encrypted"),
        ("preservation/pypdf/encryption/r2-empty-password.pdf", "encrypted"),
        ("preservation/pypdf/attachment.pdf", "has_script"),
        ("preservation/format-corpus/pdfCabinetOfHorrors/javascript.pdf", "has_script"),
        ("preservation/format-corpus/pdfCabinetOfHorrors/corruptionOneByteMissing.pdf", "not_decodable"),
        ("formats-misc/puremagic/office/test.docx", "wrong_type"),
        ("ofd/ofdrw/ofdrw-layout/src/test/resources/AddAttachment.ofd", "has_script"),
        ("ofd/ofdrw/ofdrw-converter/src/test/resources/n.ofd", "2 pages"),
    ],
)
def test_what_becomes_of_known_files(path, expected):
    assert outcome(corpus(path)) == expected


def png(tmp_path: Path, name: str, image: Image.Image, **options: object) -> Path:
    path = tmp_path / name
    image.save(path, **options)
    return path


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "空.pdf").touch()
    assert outcome(tmp_path / "空.pdf") == "empty"


def test_content_that_is_not_what_the_name_promises_is_refused(tmp_path):
    path = png(tmp_path, "a.png", Image.new("L", (50, 50), 255))
    assert outcome(path, name="a.pdf") == "wrong_extension"


@pytest.mark.parametrize("name", ["../a.png", "a/b.png", "a\\b.png", "", "..", "a\u202egnp.exe", "a\n.png"])
def test_a_name_that_is_a_path_or_hides_its_ending_is_refused(tmp_path, name):
    path = png(tmp_path, "a.png", Image.new("L", (50, 50), 255))
    with pytest.raises(Refused) as caught:
        examine(path, name=name)
    assert caught.value.code == "bad_name"


def test_a_picture_of_three_gigapixels_is_refused_before_it_is_decoded(tmp_path):
    path = png(tmp_path, "a.png", Image.new("1", (60, 60)))
    content = bytearray(path.read_bytes())
    content[16:24] = (60_000).to_bytes(4, "big") + (50_000).to_bytes(4, "big")
    path.write_bytes(content)
    assert outcome(path) in ("too_many_pixels", "not_decodable")


def test_a_package_that_unpacks_without_end_is_refused(tmp_path):
    path = tmp_path / "a.ofd"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("OFD.xml", "<OFD/>")
        package.writestr("big.bin", bytes(20 << 20))
    assert outcome(path) == "bomb"


def test_a_truncated_pdf_is_not_repaired_in_silence(tmp_path):
    whole = corpus("preservation/pikepdf/pdfa/ccitt.pdf").read_bytes()
    (tmp_path / "半.pdf").write_bytes(whole[: len(whole) // 2])
    assert outcome(tmp_path / "半.pdf") == "truncated"


@pytest.mark.parametrize("number", [1, 3, 5, 8])
def test_pages_stand_upright_whatever_their_tag_says(number):
    image = page_image(corpus(f"preservation/pillow/g4_orientation_{number}.tif"), 1)
    assert (image.width, image.height) == (590, 88)


def test_transparent_pages_get_paper_and_deep_grey_keeps_its_scale(tmp_path):
    clear = png(tmp_path, "a.png", Image.new("RGBA", (300, 200), (0, 0, 0, 0)))
    deep = png(tmp_path, "b.png", Image.new("I;16", (300, 200), 40_000))
    for path, expected in ((clear, 255), (deep, 156)):
        shown = Image.open(io.BytesIO(page_image(path, 1).content)).convert("L")
        assert abs(int(shown.getpixel((150, 100))) - expected) <= 2


def test_four_inks_and_many_pages_are_read(tmp_path):
    cmyk = png(tmp_path, "a.jpg", Image.new("CMYK", (300, 200)))
    assert outcome(cmyk) == "1 pages"
    pages = [Image.new("1", (300, 200), 1) for _ in range(3)]
    path = png(tmp_path, "b.tif", pages[0], save_all=True, append_images=pages[1:], compression="group4")
    assert outcome(path) == "3 pages"
    with pytest.raises(Refused) as caught:
        page_image(path, 4)
    assert caught.value.code == "no_such_page"


def test_an_ofd_letter_is_drawn_and_its_words_keep_their_places():
    image = page_image(corpus("ofd/ofdrw/ofdrw-converter/src/test/resources/n.ofd"), 1)
    assert image.engine == "ofd-text"
    line = next(line for line in image.lines if line.text.startswith("关于同意"))
    (left, top), _, (right, bottom), _ = line.box
    shown = (
        Image.open(io.BytesIO(image.content))
        .convert("L")
        .crop((round(left), round(top), round(right), round(bottom)))
    )
    assert shown.getextrema()[0] < 60  # there is ink where the words are said to stand
