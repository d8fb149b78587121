"""What the documents show is what happens."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.blocks import ROOT, blocks, documents, matches, steps

RUNNING = [
    d for d in documents() if any(b.kind in ("console", "python") for b in blocks(d.read_text("utf-8")))
]


def run_console(text: str, *, folder: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
    }
    for step in steps(text):
        done = subprocess.run(
            ["sh", "-c", step.command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        printed = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
        assert matches(printed, expected=step.printed), "\n".join([f"$ {step.command}", *printed])


@pytest.mark.parametrize("document", RUNNING, ids=lambda d: str(d.relative_to(ROOT)))
def test_the_blocks_of_a_document_do_what_it_says(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__document__"}
    for block in blocks(document.read_text(encoding="utf-8")):
        if block.kind == "console":
            run_console(block.text, folder=tmp_path)
        elif block.kind == "python":
            code = compile("\n" * block.line + block.text, str(document), "exec")
            exec(code, names)  # noqa: S102  our own document


@pytest.mark.parametrize(
    ("printed", "expected", "same"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a"], False),
        (["a", "x", "y", "b"], ["a", "…", "b"], True),
        (["a", "b"], ["a", "…", "b"], True),
        (["a", "x"], ["a", "…", "b"], False),
        ([], [], True),
    ],
)
def test_an_ellipsis_stands_for_any_lines_and_nothing_else_is_forgiven(
    printed: list[str], expected: list[str], same: bool
):
    assert matches(printed, expected=expected) is same
