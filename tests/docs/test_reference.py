"""The reference names everything there is: commands, settings, pages, kinds of jobs, policy tables, requirements.

The journal's actions and the roles have pages of their own, held in step by tests/journal and tests/access.
Run with NIANLUN_WRITE_DOCS=1 to bring the page of policy tables along.
"""

import argparse
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.docs.blocks import ROOT

from nianlun.access.domain import Right
from nianlun.config.command import parser
from nianlun.jobs import registry
from nianlun.policy.tables import Table, read_table

REFERENCE = ROOT / "docs" / "reference"
SOURCE = ROOT / "src" / "nianlun"


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


# Commands


def commands(whole: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, list[str]]]:
    """Every command that does something, by its full name, with its long options."""
    nested = [action for action in whole._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield (
            name,
            [one for action in whole._actions for one in action.option_strings if one.startswith("--")],
        )
    for action in nested:
        for word, inner in action.choices.items():
            yield from commands(inner, f"{name} {word}")


@pytest.mark.parametrize(
    ("command", "options"), list(commands(parser(), "nianlun")), ids=lambda v: str(v)[:40]
)
def test_every_command_and_option_is_in_the_reference(command: str, options: list[str]):
    section = re.search(rf"^### {command}$(.*?)(?=^##|\Z)", page("commands"), re.MULTILINE | re.DOTALL)
    assert section, command
    assert [one for one in options if one != "--help" and f"`{one}" not in section[1]] == []


def test_the_reference_names_no_command_that_is_not_there():
    named = set(re.findall(r"^### (nianlun .+)$", page("commands"), re.MULTILINE))
    assert named == {command for command, _ in commands(parser(), "nianlun")}


# Settings


def variables() -> set[str]:
    """Environment variables that the code reads, and names of our own wherever they stand."""
    reading = re.compile(
        r"""(?:environ(?:\.get)?\s*[\[(]|getenv\(|_required\()\s*["'](\w+)["']|\b(NIANLUN_[A-Z_]+)\b"""
    )
    texts = [path.read_text(encoding="utf-8") for path in [*SOURCE.rglob("*.py"), ROOT / "Makefile"]]
    return {one or other for text in texts for one, other in reading.findall(text)}


def test_every_environment_variable_is_in_the_reference():
    assert [name for name in sorted(variables()) if f"| `{name}` |" not in page("settings")] == []


# Pages


def routes(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, object]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, getattr(pattern.callback, "access_rule", None)
        else:
            yield from routes(pattern, route)


def test_every_page_is_in_the_reference_with_its_right():
    rows = {row[1]: row[0] for row in re.finditer(r"^\| `(/[^`]*)` \|.*$", page("pages"), re.MULTILINE)}
    found = dict(routes(get_resolver()))
    assert sorted(set(found) - set(rows)) == []
    assert [
        route
        for route, rule in found.items()
        if isinstance(rule, Right) and f"| `{rule.value}` |" not in rows[route]
    ] == []
    assert sorted(set(rows) - set(found)) == ["/personas/", "/styleguide/"]  # of the demo only


# Jobs


def test_every_kind_of_job_is_in_the_reference():
    ours = {kind for kind in registry.handlers() if not kind.startswith("tests.")}
    assert ours == set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page("jobs"), re.MULTILINE))


# Policy tables

HEAD = """# 政策表

每个数值都有起用日和出处；起用日以前没有数值，问到就拒绝，不取相近的。同一组、同一地区的下一行起用，上一行即止。
查哪一行看“按什么日子查”；同一张表里有地区行的，先看本县、本市、本省，再看全国。

可信度说数值取自哪里：`S-P` 法律、文件的原文；`S-G` 政府网页或官方表格；`S-C` 转载；`I` 由别的数值推出；
**`M` 凭记忆，没有对过任何文本，用在正式业务之前必须核对**。每一步推算的可信度取所用各行中最弱的。

这一页由政策表得出，改表之后重写：`NIANLUN_WRITE_DOCS=1 .venv/bin/python -m pytest tests/docs`。
加数值的做法见[加一个政策数值](../how-to/add-a-policy-value.md)。
"""
KEYS = {
    "statutory_month": "达到法定退休年龄的月份",
    "original_age_reached_on": "达到原法定退休年龄的月份",
    "looked_up_on": "查询当日",
    "age_reached_on": "达到领取年龄的月份",
}
UNITS = {"month": "月"}


def tables() -> list[Table]:
    """Every table shipped, those of policy and those that a component keeps for itself."""
    found = []
    for path in sorted(SOURCE.glob("*/tables/**/*.toml")):
        component, _, *folders = path.relative_to(SOURCE).with_suffix("").parts
        name = "/".join(folders if component == "policy" else [component, *folders])
        found.append(read_table(path.read_text(encoding="utf-8"), name=name))
    return found


def shown(table: Table) -> str:
    lines = [
        f"\n## {table.title}\n",
        f"`{table.name}`，单位：{UNITS[table.unit]}，按什么日子查：{KEYS[table.keyed_by]}。\n",
        "| 起用 | 组 | 地区 | 数值 | 出处 | 可信度 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for span in table.spans:
        since = f"{span.since}" + (f"（{span.law_since} 起的法律）" if span.law_since != span.since else "")
        mark = f"**{span.confidence} 凭记忆**" if span.confidence == "M" else span.confidence
        source = span.source + (f"。{span.note}" if span.note else "")
        lines.append(
            f"| {since} | {span.group or '—'} | {span.region or '全国'} | {span.row().value} | {source} | {mark} |"
        )
    return "\n".join(lines) + "\n"


def test_every_policy_table_is_in_the_reference_as_it_is():
    written = HEAD + "".join(shown(table) for table in tables())
    if os.environ.get("NIANLUN_WRITE_DOCS"):
        (REFERENCE / "policy-tables.md").write_text(written, encoding="utf-8")
    assert page("policy-tables") == written


# Security

REQUIREMENTS = {1: 8, 2: 8, 3: 6, 4: 7, 5: 6, 6: 3, 7: 6, 8: 4}
"""How many requirements each chapter of the security design has."""


def test_every_requirement_is_answered_and_every_test_named_is_there():
    text = page("security")
    rows = re.findall(r"^\| (S\d\.\d) \|", text, re.MULTILINE)
    assert rows == [
        f"S{chapter}.{n}" for chapter, count in REQUIREMENTS.items() for n in range(1, count + 1)
    ]
    missing = []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text):
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text(encoding="utf-8")):
            missing.append(f"{path}::{name}")
    assert missing == []


# Glossary


def test_every_name_of_the_glossary_is_used_in_the_code():
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))).lower()
    names = re.findall(r"^\| [^|]+ \| `(\w+)` \|", page("glossary"), re.MULTILINE)
    assert len(names) > 50
    assert [name for name in names if name.lower() not in code] == []


def test_the_reference_has_no_page_that_nobody_links_to():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    documents = [Path(path) for path in sorted((ROOT / "docs").rglob("*.md"))]
    assert [
        str(path)
        for path in documents
        if path.parent.name != "adr" and path.relative_to(ROOT).as_posix() not in readme
    ] == []
