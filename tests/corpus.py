"""The shared test corpus: real material that lies beside the project and never inside it."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def corpus(path: str) -> Path:
    """A file or folder of the corpus; where it is absent, the test is skipped and says what would run it."""
    found = Path(os.environ.get("NIANLUN_CORPUS") or _BESIDE) / path
    if not found.exists():
        pytest.skip(
            f"no {path} in the corpus: put the shared test data at ../shared/data or set NIANLUN_CORPUS"
        )
    return found
