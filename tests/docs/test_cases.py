"""The page of the case format: every kind with its example, every input that the code reads, none that it does not."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.docs.blocks import ROOT

from nianlun.policy.assess import KINDS
from nianlun.policy.case_file import EXAMPLES, case_files, read_case_file, read_text, work_out
from nianlun.policy.cases import Case

PAGE = (ROOT / "docs" / "reference" / "cases.md").read_text(encoding="utf-8")
POLICY = ROOT / "src" / "nianlun" / "policy"
CASES = ROOT / "tests" / "cases"
COLLECTION = ROOT.parent / "shared" / "domain"
PROSE = {"WE-06": {"supplement"}, "WE-19": {"method"}, "WE-22": {"rounding"}}
"""Inputs that the collection describes in words and a case states otherwise."""

READERS = (
    "money number count half_months years_months month day choice text flag rows raw has require".split()
)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
NUMBERED = re.compile(r"_\d+$")


def documented(section: str) -> set[str]:
    """The inputs in the tables of a section."""
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}


COMMON = documented(PAGE.split("## 各种类共有的输入")[1].split("\n## ")[0])
SECTIONS = {
    found[1]: found[2]
    for found in re.finditer(r"^### (\w+)$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
OWN = {kind: documented(section) for kind, section in SECTIONS.items()}


def inputs_of(kind: str) -> set[str]:
    """What the section names, with the common inputs and those of sections that it refers to."""
    others = re.findall(r"同 `(\w+)`", SECTIONS[kind])
    return OWN[kind] | COMMON | {name for other in others if other in OWN for name in OWN[other]}


def test_every_kind_has_its_section_and_its_example():
    assert set(SECTIONS) == set(KINDS)
    assert {path.stem for path in EXAMPLES.glob("*")} == set(KINDS)


@pytest.mark.parametrize("path", list(case_files(EXAMPLES)), ids=lambda path: path.stem)
def test_an_example_is_of_its_kind_and_answers_as_it_says(path: Path):
    outcome = work_out(read_text(path), name=path.stem)
    assert outcome.refused == ""
    assert outcome.kept
    assert outcome.kind == path.stem
    assert outcome.found is not None
    components = {line.component for line in outcome.lines}
    assert components >= set(outcome.found.amounts), "an amount is not compared"


def read_by_the_code() -> Iterator[tuple[str, str]]:
    """Every literal that is read as an input, with the module that reads it."""
    for path in sorted(POLICY.glob("*.py")):
        if path.name == "cases.py":
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            receiver = ast.unparse(call.func.value).split(".")[-1]
            if call.func.attr not in READERS or receiver not in ("case", "row", "inner"):
                continue
            names = call.args if call.func.attr in ("has", "require") else call.args[:1]
            for name in names:
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    yield path.name, name.value


def test_every_input_that_the_code_reads_is_documented():
    known = {name.split(".")[-1] for names in (COMMON, *OWN.values()) for name in names}
    assert [f"{module}: {name}" for module, name in read_by_the_code() if name not in known] == []


def test_every_input_that_is_documented_is_in_the_code():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(POLICY.glob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    words = {word for text in texts for word in NAME.findall(text)}
    # item_4 and yearly_subsidy are put together: f"item_{n}", f"yearly_{name}"
    made = tuple(
        node.values[0].value
        for node in nodes
        if isinstance(node, ast.JoinedStr)
        and isinstance(node.values[0], ast.Constant)
        and re.fullmatch(r"[A-Za-z_]+_", node.values[0].value)
    )
    named = {name.split(".")[-1] for names in OWN.values() for name in names}
    assert sorted(name for name in named - words if not name.startswith(made)) == []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """What the code asks of a case while it is assessed: kind and name."""
    found: set[tuple[str, str]] = set()
    raw, has = Case.raw, Case.has

    def spy_raw(case: Case, name: str, *rest: object) -> object:
        found.add((case.kind, name))
        return raw(case, name, *rest)

    def spy_has(case: Case, *names: str) -> bool:
        found.update((case.kind, name) for name in names)
        return has(case, *names)

    monkeypatch.setattr(Case, "raw", spy_raw)
    monkeypatch.setattr(Case, "has", spy_has)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_asks_for_is_in_its_own_section(kind: str, asked: set[tuple[str, str]]):
    for path in (EXAMPLES / f"{kind}.toml", *case_files(CASES / kind)):
        work_out(read_text(path), name=path.stem)
    names = {
        f"{within}.{name}".split(".", 1)[1]
        for within, name in asked
        if within.split(".")[0] == kind and NAME.fullmatch(name)
    }
    assert names, "the kind asked for nothing"
    known = inputs_of(kind)
    assert sorted(n for n in names if n not in known and NUMBERED.sub("", n) not in known) == []


def collection() -> list[dict[str, object]]:
    """The published worked examples, where they lie beside the project."""
    if not COLLECTION.is_dir():
        pytest.skip(f"no worked examples: put the shared reference at {COLLECTION}")
    national = yaml.safe_load((COLLECTION / "worked-examples.yaml").read_text(encoding="utf-8"))
    hebei = yaml.safe_load((COLLECTION / "hebei.yaml").read_text(encoding="utf-8"))
    return [*national["examples"], *hebei["worked_examples"]]


def test_every_input_of_the_collection_is_accepted_under_its_name():
    for one in collection():
        path = CASES / str(one["kind"]) / f"{one['id']}.toml"
        outcome = work_out(read_text(path), name=path.stem)
        assert outcome.refused == "", path.stem
        given, named = one["inputs"], set(read_case_file(read_text(path)).case.inputs)
        assert isinstance(given, dict)
        assert set(given) - named <= PROSE.get(str(one["id"]), set()), path.stem
