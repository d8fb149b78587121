"""`nianlun policy export` and `nianlun policy import`: a region out as files, in again as a draft."""

import json

import pytest
from tests.lawbook.conftest import base_of_2026

from nianlun.access.models import Account
from nianlun.config.command import parser
from nianlun.lawbook import queries
from nianlun.lawbook.models import Draft
from nianlun.policy.lawbook import shipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    def call(*words):
        args = parser().parse_args(["policy", *map(str, words)])
        assert args.needs_database
        status = args.run(args)
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


@pytest.fixture
def login(officer) -> str:
    return Account.objects.get(pk=officer.account_id).username


def test_a_region_is_written_changed_and_brought_in_as_a_draft(run, login, tmp_path, officer):
    status, out, _ = run("export", "130000", tmp_path, "--json")
    told = json.loads(out)
    assert (status, told["region"], told["edition"]) == (0, "130000", shipped().digest)
    folder = tmp_path / "130000"
    assert {f"130000/{path.name}" for path in folder.iterdir()} == set(told["files"])
    status, _, err = run("import", folder, "--title", "2025 年基数", "--as", login)
    assert (status, "没有差异" in err, Draft.objects.count()) == (1, True, 0)
    base = folder / "pension_base.toml"
    base.write_text(base.read_text(encoding="utf-8").replace("7410", "7411"), encoding="utf-8")
    status, out, _ = run("import", folder, "--title", "2025 年基数", "--as", login, "--json")
    found = json.loads(out)
    assert (status, found["files"]) == (0, ["130000/pension_base.toml"])
    line = queries.draft(officer, Draft.objects.get().pk).line
    assert (str(line.id), line.title, line.reason, line.proposed_by) == (
        found["draft"],
        "2025 年基数",
        "从文件夹 130000 导入政策表",
        officer.account_id,
    )


def test_the_export_follows_what_was_approved(run, approved, tmp_path):
    approved(base_of_2026())
    assert run("export", "130000", tmp_path)[0] == 0
    assert "value = 7600" in (tmp_path / "130000" / "pension_base.toml").read_text(encoding="utf-8")


def test_what_cannot_be_done_is_said_in_one_sentence(run, login, tmp_path, viewer):
    (tmp_path / "130000").mkdir()
    (tmp_path / "130000" / "pension_base.toml").write_text("title = ", encoding="utf-8")
    for words, told in (
        (("export", "659999", tmp_path), "没有 659999 的政策表"),
        (("import", tmp_path / "none", "--title", "试试看看", "--as", login), "没有文件夹"),
        (("import", tmp_path / "130000", "--title", "试试看看", "--as", "nobody"), "没有账号"),
        (("import", tmp_path / "130000", "--title", "试试看看", "--as", login), "合格的政策表"),
        (("import", tmp_path, "--title", "试试看看", "--as", login), "请选择"),
    ):
        status, out, err = run(*words)
        assert (status, out, told in err) == (2, "", True), (words, err)
    assert not Draft.objects.exists()
