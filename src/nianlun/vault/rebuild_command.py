"""`nianlun vault rebuild` and `nianlun vault keep`: the storage root as the one thing that is enough."""

import argparse
import json
import sys
import time
from datetime import UTC, datetime

WHOLE, PARTLY = 0, 1
_WORDS = {
    "objects": "对象", "items": "件", "persons": "参保人", "claims": "记载", "rulings": "认定", "facts": "事实",
    "postings": "名册导入的缴费记录", "cases": "办件",
}  # fmt: skip


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the group `vault`."""
    rebuild = subparsers.add_parser(
        "rebuild",
        help="只凭档案库和密钥文件，在空数据库里重建全部记录；中断后再运行会接着做",
        description="全部回来退出码为 0，有对象读不出为 1，没有重建为 2。",
    )
    rebuild.add_argument(
        "--from",
        dest="source",
        default="",
        metavar="地址",
        help="从这一份副本重建，并先把对象复制回主存放处",
    )
    rebuild.add_argument("--dry-run", action="store_true", help="照做一遍再全部撤回，只看结果")
    rebuild.add_argument("--json", action="store_true", help="以 JSON 输出")
    rebuild.set_defaults(run=_rebuild, needs_database=True)
    keep = subparsers.add_parser("keep", help="把还没有随件保存的著录和记载排队保存，列出等着保存的对象")
    keep.add_argument("--json", action="store_true", help="以 JSON 输出")
    keep.set_defaults(run=_keep, needs_database=True)


def _rebuild(args: argparse.Namespace) -> int:
    from nianlun.vault import rebuilding  # noqa: PLC0415  models can be imported only once Django is set up

    report = rebuilding.rebuild(
        source=args.source, at=datetime.now(UTC), dry_run=args.dry_run, tell=_Progress().tick
    )
    if args.json:
        unreadable = [
            {"object": u.object_id, "reason": u.reason, **({"class": u.secrecy} if u.secrecy else {})}
            for u in report.unreadable
        ]
        sys.stdout.write(json.dumps({**report.counts, "unreadable": unreadable}, ensure_ascii=False) + "\n")
        return PARTLY if unreadable else WHOLE
    for left_out in report.unreadable:
        sealed = f"（{left_out.secrecy}，已加密）" if left_out.secrecy else ""
        sys.stdout.write(f"{left_out.object_id}\t{left_out.reason}{sealed}\n")
    words = "，".join(f"{_WORDS.get(name, name)} {count}" for name, count in report.counts.items())
    tried = "试做了一遍，已全部撤回：" if args.dry_run else "已重建："
    sys.stderr.write(f"{tried}{words}。\n")
    if report.unreadable:
        sys.stderr.write(
            f"{len(report.unreadable)} 个对象没有回来，见上。请修好，或换一份副本再运行"
            " nianlun vault rebuild --from 地址，只补缺的。\n"
        )
        return PARTLY
    if not args.dry_run:
        sys.stderr.write("请运行 nianlun work 重算由它们得出的结果，再新开账号。\n")
    return WHOLE


def _keep(args: argparse.Namespace) -> int:
    from django.db import transaction  # noqa: PLC0415  as above

    from nianlun.vault import keeping  # noqa: PLC0415  as above

    with transaction.atomic():
        queued = keeping.catch_up(at=datetime.now(UTC))
    behind = keeping.behind(limit=1000)
    if args.json:
        lines = [{"object": b.object_id, "changed_at": b.changed_at.isoformat()} for b in behind]
        sys.stdout.write(json.dumps({"queued": queued, "behind": lines}, ensure_ascii=False) + "\n")
        return WHOLE
    for line in behind:
        sys.stdout.write(f"{line.object_id}\t{line.changed_at:%Y-%m-%d %H:%M}\n")
    sys.stderr.write(
        f"新排队 {queued} 个，共 {keeping.count_behind()} 个对象等着随件保存；由 nianlun work 完成。\n"
    )
    return WHOLE


class _Progress:
    """A line on stderr once a second, none for what is done sooner."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def tick(self, seen: int) -> None:
        if time.monotonic() - self._said_at >= 1:
            self._said_at = time.monotonic()
            sys.stderr.write(f"已看过 {seen} 个对象…\n")
