"""Where an installation keeps what it writes. Reads only the environment and the file system, needs no settings."""

import os
from pathlib import Path


class Hindered(Exception):
    """Something in the surroundings keeps a command from doing its work; the sentence says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def checkout() -> Path | None:
    """The project folder when the code runs from a checkout, nothing when it was installed as a package."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() else None


def var_folder() -> Path:
    """The folder for database, vault, quarantine and the demo's keys: `NIANLUN_VAR`, or `var` in the project.

    An installed package has no project folder; there it is `var` below the current one.
    """
    named = os.environ.get("NIANLUN_VAR")
    return Path(named).absolute() if named else (checkout() or Path.cwd()) / "var"


def demo_folder() -> Path:
    """The demo's own secrets. The folder's existence is what makes an installation a demo."""
    return var_folder() / "demo"


def settings_module() -> str:
    """The settings a command runs under when `DJANGO_SETTINGS_MODULE` does not say."""
    return f"nianlun.config.settings.{'demo' if demo_folder().is_dir() else 'production'}"
