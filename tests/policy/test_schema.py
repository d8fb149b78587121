"""Every answer keeps the published JSON schema, and a few whole ones are kept as they are.

Run with NIANLUN_WRITE_SNAPSHOTS=1 to write the snapshots anew; read the difference before committing it.
"""

import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nianlun.policy.assess import KINDS, assess_case
from nianlun.policy.case_file import EXAMPLES, case_files, read_case_file
from nianlun.policy.derivation import CONFIDENCES, EvidenceRef, Node

SCHEMA = json.loads(
    resources.files("nianlun.policy").joinpath("schema/assessment.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CASES = Path(__file__).parents[1] / "cases"
SNAPSHOTS = Path(__file__).parent / "snapshots"


def answer(path: Path, *, explain: bool) -> dict[str, Any]:
    file = read_case_file(path.read_text(encoding="utf-8"))
    found = assess_case(file.case, law=file.law, known=file.known)
    return found.to_json(explain=explain)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["Confidence"]["enum"] == list(CONFIDENCES)


@pytest.mark.parametrize("example", list(case_files(EXAMPLES)), ids=lambda path: path.stem)
def test_the_answer_to_every_example_keeps_the_schema(example: Path):
    explained = answer(example, explain=True)
    VALIDATOR.validate(explained)
    assert explained["kind"] in KINDS
    plain = answer(example, explain=False)
    VALIDATOR.validate(plain)
    assert explained == plain | {"derivation": explained["derivation"]}


def test_evidence_is_part_of_the_schema():
    reference = EvidenceRef("claim", "019a", "招工表 第 1 页")
    node = Node(id="balance", title="储存额", value="1", unit="元", evidence=(reference,))
    content = node.to_json()
    validator = VALIDATOR.evolve(schema=SCHEMA["$defs"]["Node"] | {"$defs": SCHEMA["$defs"]})
    validator.validate(content)
    content["evidence"][0]["kind"] = "rumour"
    assert not validator.is_valid(content)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("total", 100.5),
        ("total", "100.5"),
        ("amounts", {"basic": 1}),
        ("confidence", "sure"),
        ("provisional", None),
        ("surprise", "x"),
    ],
)
def test_the_schema_refuses_what_an_answer_must_not_be(change: str, value: object):
    content = answer(next(case_files(EXAMPLES)), explain=True)
    assert VALIDATOR.is_valid(content)
    assert not VALIDATOR.is_valid(content | {change: value})


@pytest.mark.parametrize("snapshot", ["enterprise_benefit/HEB-WE-01", "survivors/WE-13"])
def test_a_whole_explained_answer_is_as_it_was(snapshot: str):
    found = answer(CASES / f"{snapshot}.toml", explain=True)
    written = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    kept = SNAPSHOTS / f"{Path(snapshot).name}.json"
    if os.environ.get("NIANLUN_WRITE_SNAPSHOTS"):
        kept.write_text(written, encoding="utf-8")
    assert kept.read_text(encoding="utf-8") == written
