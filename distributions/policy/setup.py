"""Takes nianlun.policy, and of the kernel what it imports, from src/ as it lies there; nothing is copied into git."""

import ast
import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).parent
SOURCE = HERE / "../../src/nianlun"
KERNEL = "nianlun.kernel"


def imported(path: Path) -> Iterator[str]:
    """The modules of our own that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("nianlun"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nianlun"):
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from inner if node.module in (KERNEL, "nianlun.policy") else (node.module,)


def kernel_modules() -> list[str]:
    """The modules of the kernel that the policy imports, and those that they import."""
    waiting, found = sorted((SOURCE / "policy").glob("*.py")), set()
    while waiting:
        for name in imported(waiting.pop()):
            if name.startswith(f"{KERNEL}.") and name not in found:
                found.add(name)
                waiting.append(SOURCE / "kernel" / f"{name.removeprefix(f'{KERNEL}.')}.py")
            elif not name.startswith((f"{KERNEL}.", "nianlun.policy.")):
                raise SystemExit(f"nianlun.policy imports {name}; it may import the kernel and itself")
    return sorted(found)


if not SOURCE.is_dir():
    raise SystemExit("The package is built in a checkout of the project: its sources lie in ../../src.")
# A build folder that stays would carry files deleted since into the next wheel.
scratch = tempfile.mkdtemp()
atexit.register(shutil.rmtree, scratch, ignore_errors=True)
setup(
    packages=["nianlun", "nianlun.policy"],
    py_modules=kernel_modules(),
    package_dir={"nianlun": "../../src/nianlun"},
    package_data={
        "nianlun": ["kernel/divisions.txt"],  # what nianlun.kernel.divisions reads
        "nianlun.policy": ["tables/*/*.toml", "examples/*.toml", "schema/*.json"],
    },
    options={"build": {"build_base": scratch}, "egg_info": {"egg_base": scratch}},
)
