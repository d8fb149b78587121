"""`nianlun watch run`: raise alarms as they come; `nianlun access seen`: everyone an account saw."""

import argparse
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from nianlun.kernel.arguments import group


def add_parser(subparsers: Any) -> None:
    """Offer `watch run` and `access seen`."""
    watch = subparsers.add_parser("watch", help="异常提醒：巡看操作日志")
    actions = watch.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    run_parser = actions.add_parser("run", help="每 20 秒看一遍新的留痕，反常的提醒安全管理员，直到 Ctrl-C")
    run_parser.add_argument("--once", action="store_true", help="看一遍就结束")
    run_parser.set_defaults(run=run, needs_database=True)

    seen_parser = group(subparsers, "access", help_text="账号的权限和查阅").add_parser(
        "seen", help="列出某账号某时段看过的全部人"
    )
    seen_parser.add_argument("username", metavar="账号", help="账号名，停用的也可以")
    seen_parser.add_argument(
        "--since", type=date.fromisoformat, required=True, metavar="日期", help="从这天起"
    )
    seen_parser.add_argument(
        "--until", type=date.fromisoformat, metavar="日期", help="到这天止（含），默认今天"
    )
    seen_parser.add_argument("--json", action="store_true", help="输出 JSON")
    seen_parser.set_defaults(run=seen, needs_database=True)


def run(args: argparse.Namespace) -> int:
    """Look over the journal, once or until told to stop."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.watch import looking_over, runner  # noqa: PLC0415  as above

    if args.once:
        new = looking_over.look_over(at=timezone.now())
        sys.stderr.write(f"新的提醒 {new} 条。\n")
        return 0
    watcher = runner.Watcher()
    watcher.obey_signals()
    watcher.run()
    return 0


def seen(args: argparse.Namespace) -> int:
    """Everyone the account saw, for telling them after a leak (S8.4). 2 for an unknown account."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.registry import traits  # noqa: PLC0415  as above
    from nianlun.watch import queries  # noqa: PLC0415  as above

    until = args.until or timezone.localdate()
    found = queries.seen_by(
        args.username, since=_midnight(args.since), until=_midnight(until + timedelta(days=1))
    )
    known = traits.traits([person.person_id for person in found.persons])
    lines = [
        {
            "person_id": str(person.person_id),
            "name": known[person.person_id].name if person.person_id in known else "",
            "division": known[person.person_id].division if person.person_id in known else "",
            "first_at": person.first_at.isoformat(),
            "last_at": person.last_at.isoformat(),
            "times": person.times,
        }
        for person in found.persons
    ]
    if args.json:
        print(
            json.dumps(
                {
                    "account": found.account.username,
                    "name": found.account.name,
                    "role": found.account.role.value,
                    "since": str(args.since),
                    "until": str(until),
                    "persons": lines,
                    "list_rows": found.rows,
                },
                ensure_ascii=False,
                indent=1,
            )
        )
        return 0
    for line in lines:
        print("\t".join(str(value) for value in line.values()))
    sys.stderr.write(f"共 {len(lines)} 人；另在名单和检索里看到 {found.rows} 行。\n")
    return 0


def _midnight(day: date) -> datetime:
    from django.utils import timezone  # noqa: PLC0415  as above

    return timezone.make_aware(datetime.combine(day, time()))
