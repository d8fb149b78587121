"""What leaves the sample: inbox files, rosters, the folder that the command writes."""

import argparse
import json
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from python_calamine import CalamineWorkbook

from nianlun.sample import command
from nianlun.sample.city import build_city
from nianlun.sample.inbox import InboxFile, as_pdf, as_tiff, broken_files, inbox_papers
from nianlun.sample.papers import papers_of
from nianlun.sample.people import City
from nianlun.sample.truth import render_paper
from nianlun.sample.workbook import contribution_workbook, rosters


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(persons=20)


def test_a_two_page_paper_becomes_a_pdf_of_a4_pages(city: City):
    paper = next(p for p in papers_of(city, 0) if p.pages == 2)
    with pypdfium2.PdfDocument(as_pdf(render_paper(paper, dpi=100), dpi=100)) as document:
        assert len(document) == 2
        width, height = document[0].get_size()
    assert (round(width), round(height)) == (595, 842)


def test_a_tiff_keeps_every_page(city: City):
    paper = next(p for p in papers_of(city, 0) if p.pages == 2)
    picture = Image.open(BytesIO(as_tiff(render_paper(paper, dpi=75), dpi=75)))
    assert picture.n_frames == 2


def test_three_files_of_the_inbox_are_broken(city: City):
    files = list(broken_files(city))
    assert [f.broken for f in files] == ["truncated PDF", "0 bytes", "text named .jpg"]
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(files[0].data)[0].render()
    assert files[1].data == b""
    assert all(isinstance(f, InboxFile) and f.person is None for f in files)


def test_the_roster_has_a_title_a_header_and_numbers_as_text(city: City):
    unit = city.employer(city.persons[0].spells[0].employer)
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(contribution_workbook(city, unit, 1996)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[0][0] == "保定市第二棉纺织厂1996年度职工基本养老保险缴费明细表"
    assert rows[1] == ["证件号码", "姓名", "年月", "缴费基数", "单位缴费", "个人缴费"]
    hers = [row for row in rows[2:] if row[1] == "周桂兰"]
    assert [row[2] for row in hers] == [f"1996-{number:02d}" for number in range(1, 13)]
    assert all(row[0] == city.persons[0].identity_number for row in hers)


def test_a_year_without_payment_has_no_roster(city: City):
    unit = city.employer(city.persons[0].spells[0].employer)
    with pytest.raises(ValueError, match="没有缴费记录"):
        contribution_workbook(city, unit, 2020)
    assert (unit, 1996) in rosters(city)


def test_rosters_are_the_same_bytes_each_time(city: City):
    unit, year = rosters(city)[0]
    assert contribution_workbook(city, unit, year) == contribution_workbook(city, unit, year)


@pytest.mark.slow
def test_the_command_writes_scans_and_truth_into_folders_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    args = parser.parse_args(["sample", "write", str(tmp_path), "--persons", "9", "--inbox-only", "--json"])
    assert args.run(args) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["inbox"] == len(inbox_papers(build_city(persons=9))) + 3
    assert not list(tmp_path.glob("inbox/**/*.json"))
    assert list(tmp_path.glob("truth/inbox/*.json"))
    assert (tmp_path / "truth" / "city.json").is_file()
