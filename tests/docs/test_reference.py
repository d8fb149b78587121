"""The reference names everything there is: commands, settings, pages, kinds of jobs, policy tables, requirements.

The journal's actions and the roles have pages of their own, held in step by tests/journal and tests/access.
Run with NIANLUN_WRITE_DOCS=1 to bring the page of policy tables along.
"""

import argparse
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.docs.blocks import ROOT

from nianlun.access.domain import Right
from nianlun.config.command import parser
from nianlun.jobs import registry
from nianlun.policy.lawbook import shipped
from nianlun.policy.provinces import province_name
from nianlun.policy.table_words import KEYS, UNITS
from nianlun.policy.tables import Span, Table, show_value

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
    of_the_demo = ["/personas/", "/personas/authenticator/", "/styleguide/"]
    assert sorted(set(rows) - set(found)) == of_the_demo


# Jobs


def test_every_kind_of_job_is_in_the_reference():
    ours = {kind for kind in registry.handlers() if not kind.startswith("tests.")}
    assert ours == set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page("jobs"), re.MULTILINE))


# Policy tables

HEAD = """# 政策表

每个数值都有起用日和出处；起用日以前没有数值，问到就拒绝，不取相近的。同一组、同一地区的下一行起用，上一行即止；
写明“逐年公布”的，一行只管一年，到期没有新的就拒绝，不沿用上一年的。没有找到数值的时间写作“**没有数值**”，附原因。
查哪一行看“按什么日子查”；同一张表里有地区行的，先看本县、本市、本省，再看全国；写作没有数值的，不再往上看。

可信度说数值取自哪里：`S-P` 法律、文件的原文；`S-G` 政府网页或官方表格；`S-C` 转载；`I` 由别的数值推出；
**`M` 凭记忆，没有对过任何文本，用在正式业务之前必须核对**。每一步推算的可信度取所用各行中最弱的。

这一页由政策表得出，改表之后重写：`NIANLUN_WRITE_DOCS=1 .venv/bin/python -m pytest tests/docs/test_reference.py`。
加数值的做法见[加一个政策数值](../how-to/add-a-policy-value.md)。
"""
TOPICS = ("退休", "缴费", "账户", "计发", "机关事业", "居民", "转移接续", "病残遗属", "调整", "办理")


def tables() -> list[Table]:
    """Every table shipped, by topic, then by title."""
    shown = shipped().tables.values()
    return sorted(shown, key=lambda table: (TOPICS.index(table.topic), table.name))


def region_shown(code: str) -> str:
    name = province_name(code)
    return "全国" if not code else name if code.endswith("0000") else f"{name} {code}"


def period(since: date, until: date | None, *, yearly: bool = False) -> str:
    """From when, and to which day before, unless a year of its own says so."""
    if yearly and until == since.replace(year=since.year + 1):
        return f"{since.year} 年" if (since.month, since.day) == (1, 1) else f"{since} 起一年"
    return f"{since}" + (f" 至 {until} 前" if until else "")


def value_shown(table: Table, span: Span) -> str:
    """The value on one line; of a region's row only what the nation does otherwise."""
    value = span.value
    if span.region and isinstance(value, Mapping):
        nation = [
            s for s in table.spans if not s.region and s.group == span.group and s.since <= span.since
        ]
        there = nation[-1].value if nation else None
        if isinstance(there, Mapping) and set(there) <= set(value):
            own = {name: part for name, part in value.items() if there.get(name) != part}
            return f"{show_value(own)}，其余同全国" if own else "同全国"
    return span.row().value


def rows(table: Table) -> list[tuple[str, ...]]:
    """Spans and absences in the order of region, group and day; one row for regions that lack the same."""
    found = []
    for span in table.spans:
        since = period(span.since, span.until, yearly=table.lasts == "year")
        since += f"（{span.law_since} 起的法律）" if span.law_since != span.since else ""
        since += f"（{span.published_on} 公布）" if span.published_on else ""
        mark = f"**{span.confidence} 凭记忆**" if span.confidence == "M" else span.confidence
        source = span.source + (f"。{span.note}" if span.note else "")
        place = (span.region, span.group, span.since)
        found.append((place, (since, region_shown(span.region), value_shown(table, span), source, mark)))
    alike: dict[tuple[object, ...], list[str]] = {}
    for absence in table.absences:
        what = (absence.group, absence.since, absence.until, absence.reason)
        alike.setdefault(what, []).append(absence.region)
    for (group, since, until, reason), regions in alike.items():
        where = "、".join(region_shown(code) for code in regions)
        found.append(
            ((regions[0], group, since), (period(since, until), where, "**没有数值**", reason, "—"))
        )
    return [
        (cells[0], place[1] or "—", *cells[1:]) for place, cells in sorted(found, key=lambda one: one[0])
    ]


def shown(table: Table) -> str:
    grouped = any(row[1] != "—" for row in rows(table))
    heads = ["起用", "组", "地区", "数值", "出处", "可信度"]
    lasts = "，逐年公布" if table.lasts == "year" else ""
    lines = [
        f"\n### {table.title}\n",
        f"`{table.name}`，单位：{UNITS[table.unit]}，按什么日子查：{KEYS[table.keyed_by]}{lasts}。\n",
    ]
    for cells in [heads, ["---"] * len(heads), *rows(table)]:
        kept = [cell for place, cell in enumerate(cells) if place != 1 or grouped]
        lines.append(f"| {' | '.join(kept)} |")
    return "\n".join(lines) + "\n"


def contents() -> str:
    """The tables of each topic on one line, for a reader who looks for one."""
    lines = []
    for topic in TOPICS:
        titles = "、".join(f"{table.title} `{table.name}`" for table in tables() if table.topic == topic)
        lines.append(f"* [{topic}](#{topic})：{titles}")
    return "\n" + "\n".join(lines) + "\n"


def policy_page() -> str:
    parts = [HEAD, contents()]
    for topic in TOPICS:
        parts += [f"\n## {topic}\n", *(shown(table) for table in tables() if table.topic == topic)]
    return "".join(parts)


def test_every_policy_table_is_in_the_reference_as_it_is():
    written = policy_page()
    if os.environ.get("NIANLUN_WRITE_DOCS"):
        (REFERENCE / "policy-tables.md").write_text(written, encoding="utf-8")
    assert page("policy-tables") == written


def test_the_reference_shows_every_value_and_every_absence():
    text = page("policy-tables")
    assert [t.name for t in tables() if f"`{t.name}`，单位" not in text] == []
    assert [s.id for t in tables() for s in t.spans if s.source not in text or s.note not in text] == []
    assert [a.reason for t in tables() for a in t.absences if a.reason not in text] == []


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
