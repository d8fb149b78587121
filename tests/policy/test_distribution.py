"""The policy component installs alone: out of a checkout, without network, without Django, without the rest."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "src" / "nianlun" / "policy"
DISTRIBUTION = ROOT / "distributions" / "policy"
CASE = """
kind = "payout_months"
title = "六十岁三个月"
[inputs]
age = [60, 3]
"""


def run(*command: str | Path, folder: Path, given: str = "") -> str:
    """What the command prints; it runs without the project's folders on its path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment | {"PYTHONUTF8": "1"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", *offline, "-w", folder, DISTRIBUTION, folder=folder
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment that holds the wheel and nothing else."""
    home = tmp_path_factory.mktemp("alone")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv", folder=home)
    programs = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", programs / "python")
    run(*pip, "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel, folder=home)
    return programs


def test_the_wheel_holds_the_policy_and_what_it_needs_of_the_kernel(wheel: Path):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        path.relative_to(ROOT / "src").as_posix()
        for path in POLICY.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= names
    others = names - expected - {"nianlun/__init__.py", "nianlun/kernel/__init__.py"}
    assert {name for name in others if not name.endswith(".py")} == {"nianlun/kernel/divisions.txt"}
    kernel = {Path(name).stem for name in others if name.endswith(".py")}
    assert kernel == needed_of_the_kernel()


def needed_of_the_kernel() -> set[str]:
    """Module names by another way than the build's: imports as Python resolves them, found by their text."""
    found: set[str] = set()
    waiting = list(POLICY.glob("*.py"))
    while waiting:
        text = ast.unparse(ast.parse(waiting.pop().read_text(encoding="utf-8")))
        new = set(re.findall(r"^\s*from nianlun\.kernel\.(\w+) import", text, re.MULTILINE)) - found
        found |= new
        waiting += [ROOT / "src" / "nianlun" / "kernel" / f"{name}.py" for name in new]
    return found


def test_it_depends_on_nothing_and_has_the_version_of_the_whole(wheel: Path):
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    head = archive.read(name).decode().split("\n\n")[0].splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Version: {project['version']}" in head
    assert [line for line in head if line.startswith("Requires-Dist")] == [
        'Requires-Dist: numpy; extra == "population"'
    ]
    assert any("licenses/LICENSE" in name for name in archive.namelist())


def test_building_leaves_nothing_in_the_checkout(wheel: Path):
    assert wheel.exists()
    assert {path.name for path in DISTRIBUTION.iterdir()} == {
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "setup.py",
    }
    assert not list((ROOT / "src").glob("nianlun_policy*"))


def test_importing_it_loads_no_framework_and_no_other_component(installed: Path, tmp_path: Path):
    code = (
        "import sys, nianlun.policy.assess, nianlun.policy.__main__, nianlun.policy.in_force\n"
        "print(' '.join(sorted(sys.modules)))"
    )
    modules = run(installed / "python", "-c", code, folder=tmp_path).split()
    assert "nianlun.policy.assess" in modules
    assert not {"django", "numpy", "pydantic", "psycopg"} & {name.partition(".")[0] for name in modules}
    ours = {name for name in modules if name.startswith("nianlun.")}
    assert {name.split(".")[1] for name in ours} == {"policy", "kernel"}


def test_it_assesses_a_case_and_names_the_edition(installed: Path, tmp_path: Path):
    code = (
        "from nianlun.policy.assess import assess\n"
        "from nianlun.policy.lawbook import shipped\n"
        "print(assess('payout_months', {'age': [60, 3]}).figures['payout_months'], shipped().digest)"
    )
    from nianlun.policy.lawbook import shipped

    assert run(installed / "python", "-c", code, folder=tmp_path).split() == ["137.3", shipped().digest]


def test_it_knows_the_divisions_that_an_identity_number_begins_with(installed: Path, tmp_path: Path):
    code = (
        "from nianlun.policy.assess import assess\n"
        "print(assess('identity_number', {'number': '11010519491231002X'}).figures['division_name'])"
    )
    assert run(installed / "python", "-c", code, folder=tmp_path).strip()


def test_its_command_answers_as_the_whole_system_does(installed: Path, tmp_path: Path):
    (tmp_path / "case.toml").write_text(CASE, encoding="utf-8")
    told = run(installed / "nianlun-policy", "assess", "case.toml", "--json", "--explain", folder=tmp_path)
    here = run(
        sys.executable, "-m", "nianlun.config.command", "policy", "assess", "case.toml", "--json", "--explain",
        folder=tmp_path,
    )  # fmt: skip
    assert json.loads(told) == json.loads(here)
    assert json.loads(told)["title"] == "六十岁三个月"


def test_a_wrong_call_is_answered_in_chinese_with_status_2(installed: Path, tmp_path: Path):
    for arguments in (["asses"], ["assess"], ["assess", "nowhere.toml"]):
        done = subprocess.run(
            [installed / "nianlun-policy", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (2, "")
        assert re.search(r"[一-鿿]", done.stderr) and "Traceback" not in done.stderr
