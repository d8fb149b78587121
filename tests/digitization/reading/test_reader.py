"""Reading real pages: a form of the XFUND set, an OFD letter with its seal, blank paper, and the command."""

import argparse
import io
import json

import pytest
from PIL import Image
from tests.corpus import corpus

from nianlun.digitization import command
from nianlun.digitization.reading import PageImage, PageReading, Reader, Refused, page_image

LETTER = "ofd/ofdrw/ofdrw-converter/src/test/resources/n.ofd"


@pytest.fixture(scope="module")
def reader():
    with Reader() as one:
        yield one


def blank(color: int = 255) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (800, 1100), color).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.slow
def test_a_scanned_form_is_read_without_network(reader):
    page = page_image(corpus("ocr-zh/xfund-zh-train-NC/zh_train/image/zh_train_112.jpg"), 1)
    reading = reader.read(page)
    found = {field.name: field.value for field in reading.fields}
    assert found["name"] == "张小远"
    assert found["sex"] == "男"
    assert found["birth_date"] == "1995-02-20"
    assert found["work_start"] == "2019-09"
    assert {"network namespace", "system-call filter"} & set(reader.fences)
    assert all(
        0 <= x <= reading.width and 0 <= y <= reading.height for one in reading.lines for x, y in one.box
    )


def test_a_page_turned_on_its_side_is_set_upright(tmp_path):
    path = tmp_path / "躺.jpg"
    Image.open(corpus("ocr-zh/xfund-zh-train-NC/zh_train/image/zh_train_66.jpg")).rotate(
        90, expand=True
    ).save(path)
    assert page_image(path, 1).rotation == 90


def test_the_seal_of_a_letter_is_found_and_its_ring_read(reader):
    reading = reader.read(page_image(corpus(LETTER), 2))
    assert [seal.shape for seal in reading.seals] == ["round"]
    assert "人力资源和社会" in reading.seals[0].text
    assert reading.engine == "ofd-text"


def test_red_letters_are_no_seal(reader):
    assert reader.read(page_image(corpus(LETTER), 1)).seals == ()


@pytest.mark.parametrize("color", [255, 0])
def test_a_page_without_writing_is_blank(reader, color):
    assert reader.read(blank(color)).kind == "blank"


def test_bytes_that_are_no_picture_are_refused_and_the_reader_goes_on(reader):
    with pytest.raises(Refused):
        reader.read(b"\x89PNG\r\n\x1a\nno more")
    assert reader.read(blank()).kind == "blank"


def test_readings_survive_json(reader):
    page = page_image(corpus(LETTER), 2)
    reading = reader.read(page)
    assert PageReading.from_json(json.loads(json.dumps(reading.to_json()))).to_json() == reading.to_json()
    again = PageImage.from_json(json.loads(json.dumps(page.to_json())), content=page.content)
    assert again.to_json() == page.to_json()


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    args = parser.parse_args(words)
    assert args.needs_database is False
    return args.run(args)


def test_the_command_prints_pages(capsys):
    assert run("read", str(corpus(LETTER)), "--json") == 0
    pages = json.loads(capsys.readouterr().out)["pages"]
    assert [page["number"] for page in pages] == [1, 2]
    assert {"name", "value", "box", "confidence"} <= set(pages[0]["fields"][0])


def test_the_command_refuses_with_a_sentence_and_exit_2(capsys, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"")
    assert run("read", str(tmp_path / "a.pdf"), "--json") == 2
    printed = capsys.readouterr()
    assert printed.err.strip().endswith("。")
    assert json.loads(printed.out)["refused"] == "empty"
    assert run("read", str(tmp_path / "没有.pdf")) == 2
