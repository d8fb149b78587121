"""A folder of checkpoints for each test: what one test's database signed is a fork to the next one's."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def checkpoints(settings: Any, tmp_path: Path) -> Path:
    settings.CHECKPOINTS = tmp_path / "checkpoints"
    return settings.CHECKPOINTS
