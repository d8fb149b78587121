"""Commands: whom a draft changes, and past assessments computed anew."""

import json

import pytest
from tests.entitlements.test_assessing import local_law as local_law
from tests.entitlements.test_assessing import retired as retired
from tests.entitlements.test_benefit import local_book

from nianlun.config.command import main
from nianlun.entitlements import assessing
from nianlun.entitlements.wish import Wish

RATES = "130000/account_interest_rates.toml"


@pytest.fixture
def draft(tmp_path):
    path = tmp_path / RATES
    path.parent.mkdir()
    path.write_text(local_book().files[RATES].replace("0.0225", "0.0500"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("whole", [True, False])
def test_diff_names_who_changes_for_a_folder_and_for_one_file(retired, draft, capsys, whole):
    asked = str(draft if whole else draft / RATES)
    assert main(["policy", "diff", asked, "--population", "demo", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    (line,) = said["changed"]
    assert (said["persons"], line["name"]) == (1, retired.name)
    assert said["difference"] == line["difference"]
    assert float(line["after"]) > float(line["before"])


def test_diff_of_another_place_changes_nobody(retired, draft, capsys):
    assert main(["policy", "diff", str(draft), "--population", "37"]) == 0
    assert "0 人中 0 人有变化" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["nowhere", "019e0000-0000-7000-8000-00000000ffff", "."])
def test_a_draft_that_is_none_is_refused_in_words(retired, tmp_path, monkeypatch, capsys, text):
    monkeypatch.chdir(tmp_path)
    assert main(["policy", "diff", text]) == 2
    assert capsys.readouterr().err.strip().endswith("。")


def test_a_draft_that_breaks_the_form_is_refused(retired, draft, capsys):
    (draft / RATES).write_text("since = 1\n", encoding="utf-8")
    assert main(["policy", "diff", str(draft)]) == 2
    assert "草案读不了" in capsys.readouterr().err


def test_replay_answers_for_one_and_for_all(retired, viewer, now, capsys):
    record_id = assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)
    for asked in ([str(record_id)], []):
        assert main(["assessments", "replay", *asked, "--json"]) == 0
        (line,) = json.loads(capsys.readouterr().out)["replayed"]
        assert line["equal"] and line["stored"] == line["computed"]
    assert main(["assessments", "replay", "019e0000-0000-7000-8000-00000000ffff"]) == 2
    assert main(["assessments", "replay", "nonsense"]) == 2
