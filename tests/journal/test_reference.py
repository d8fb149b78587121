"""The reference of journal actions says what the code declares. Run with NIANLUN_WRITE_DOCS=1 to bring it along."""

import importlib.util
import os
import pkgutil
from pathlib import Path

import nianlun
from nianlun.journal import domain

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "journal-actions.md"
HEAD = """# 操作日志记哪些动作

每条日志写明谁（姓名、岗位、机构）、何时、从哪台机器、为什么事由、做了什么、给出多少行、结果如何。
下面是全部动作和日志里的说法；`{…}` 处填入当时的内容。动作由各组件用 `nianlun.journal.domain.declare` 登记，
没有登记的动作记不进去，那件事也就做不成。

按动作查日志：用审计员账号打开 `/journal/`。按人查：参保人在“谁看过我的档案”里看得到与本人有关的各条。

| 动作 | 日志里的说法 |
| --- | --- |
"""


def declared() -> dict[str, str]:
    """What every module of the system declares."""
    for found in pkgutil.walk_packages(nianlun.__path__, "nianlun."):
        spec = None if ".settings" in found.name else importlib.util.find_spec(found.name)
        if spec and spec.origin and "declare(" in Path(spec.origin).read_text(encoding="utf-8"):
            importlib.import_module(found.name)
    return {action: said for action, said in domain.ACTIONS.items() if not action.startswith("tests.")}


def test_the_reference_of_journal_actions_is_in_step_with_the_code():
    rows = "".join(f"| `{action}` | {said} |\n" for action, said in sorted(declared().items()))
    if os.environ.get("NIANLUN_WRITE_DOCS"):
        PAGE.write_text(HEAD + rows, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == HEAD + rows
