"""Commands: whom a draft of the law changes, and past assessments computed anew."""

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from nianlun.kernel.money import ZERO, show_money
from nianlun.policy.command import questions
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import TableBroken

if TYPE_CHECKING:
    from nianlun.entitlements.impact import ImpactLine


def add_parser(subparsers: Any) -> None:
    """Add `nianlun policy diff` and `nianlun assessments replay`."""
    diff = questions(subparsers).add_parser("diff", help="一份政策草案使哪些人、多少钱发生变化")
    diff.add_argument(
        "draft", metavar="草案", help="草案编号，或放着政策表的文件夹或文件（130000/表名.toml）"
    )
    diff.add_argument(
        "--population",
        metavar="demo|辖区",
        default="demo",
        help="对哪些人：demo 是库里所有人，或区划代码的前几位",
    )
    diff.add_argument("--json", action="store_true", help="输出 JSON")
    diff.set_defaults(run=run_diff, needs_database=True)
    parser = subparsers.add_parser("assessments", help="已核定的待遇")
    actions = parser.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    replay = actions.add_parser("replay", help="按当时的依据和政策版本重算，逐字节比较")
    replay.add_argument("record", metavar="编号", nargs="?", help="核定的编号；不给则全部重放")
    replay.add_argument("--json", action="store_true", help="输出 JSON")
    replay.set_defaults(run=run_replay, needs_database=True)


def run_diff(args: argparse.Namespace) -> int:
    """0 when nobody changes, 1 when somebody does, 2 when the draft cannot be read."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.entitlements import impact  # noqa: PLC0415  as above
    from nianlun.lawbook import queries as lawbook  # noqa: PLC0415  as above
    from nianlun.registry import queries as registry  # noqa: PLC0415  as above

    at = timezone.now()
    before = lawbook.current(at)
    try:
        after = _draft(args.draft, before=before)
    except (TableBroken, OSError, ValueError) as reason:
        sys.stderr.write(f"草案读不了：{reason}\n")
        return 2
    scopes = "123456789" if args.population == "demo" else (args.population,)
    persons = [person for scope in scopes for person in registry.persons_in(scope)]
    changed: list[ImpactLine] = []
    for place, line in enumerate(impact.compare_all(persons, before=before, after=after, at=at), start=1):
        if line is not None:
            changed.append(line)
        if place % 50 == 0 or place == len(persons):
            sys.stderr.write(f"已算 {place} / {len(persons)} 人\n")
    total = sum((line.difference for line in changed if line.difference is not None), ZERO)
    if args.json:
        sys.stdout.write(_as_json(changed, persons=len(persons), total=total, before=before, after=after))
    else:
        for line in changed:
            sys.stdout.write(f"{line.name}\t{_amount(line.before)}\t{_amount(line.after)}\t{_said(line)}\n")
    sys.stderr.write(f"{len(persons)} 人中 {len(changed)} 人有变化，每月合计 {show_money(total)}。\n")
    return 1 if changed else 0


def run_replay(args: argparse.Namespace) -> int:
    """0 when every assessment is equal to the byte, 1 when one is not, 2 when there is none of that number."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.entitlements import assessing  # noqa: PLC0415  as above

    at = timezone.now()
    try:
        ids = [UUID(args.record)] if args.record else assessing.all_ids()
    except ValueError:
        sys.stderr.write(f"“{args.record[:40]}”不是核定的编号。编号见“核定重放”页或不带编号的 replay。\n")
        return 2
    found = [(record_id, assessing.replay(record_id, by=None, at=at)) for record_id in ids]
    if args.json:
        lines = [
            {"id": str(record_id), "equal": one.equal, "stored": one.stored, "computed": one.computed}
            for record_id, one in found
        ]
        sys.stdout.write(json.dumps({"replayed": lines}, ensure_ascii=False) + "\n")
    else:
        for record_id, one in found:
            sys.stdout.write(f"{record_id}\t{one.sentence}\n")
    sys.stderr.write(f"重放 {len(found)} 件，不同 {sum(not one.equal for _, one in found)} 件。\n")
    return 0 if all(one.equal for _, one in found) else 1


def _draft(text: str, *, before: LawBook) -> LawBook:
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.lawbook import queries as lawbook  # noqa: PLC0415  as above

    folder = Path(text)
    if folder.is_file():
        file = folder.resolve()
        return before.amended({f"{file.parent.name}/{file.name}": file.read_text(encoding="utf-8")})
    if folder.is_dir():
        paths = sorted(folder.glob("*/*.toml"))
        if not paths:
            raise ValueError(f"“{text}”里没有 地区/表名.toml。")
        return before.amended(
            {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in paths}
        )
    try:
        draft_id = UUID(text)
    except ValueError:
        raise ValueError(f"没有文件夹“{text}”，它也不是草案编号。") from None
    return lawbook.with_draft(draft_id, at=timezone.now())


def _as_json(
    changed: "list[ImpactLine]", *, persons: int, total: Decimal, before: LawBook, after: LawBook
) -> str:
    content = {
        "before": before.digest,
        "after": after.digest,
        "persons": persons,
        "changed": [
            {
                "person": str(line.person_id),
                "name": line.name,
                "kind": line.kind,
                "before": None if line.before is None else str(line.before),
                "after": None if line.after is None else str(line.after),
                "difference": None if line.difference is None else str(line.difference),
                "before_refusal": line.before_refusal,
                "after_refusal": line.after_refusal,
            }
            for line in changed
        ],
        "difference": str(total),
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def _amount(value: Decimal | None) -> str:
    return "—" if value is None else show_money(value)


def _said(line: "ImpactLine") -> str:
    if line.difference is not None:
        return f"{line.difference:+} 元"
    return line.after_refusal or f"原来：{line.before_refusal}"
