"""`nianlun agency add|list`: the agencies of an installation, each with its fonds."""

import argparse
import json
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Offer `agency`."""
    agency = subparsers.add_parser("agency", help="经办机构和它的全宗")
    actions = agency.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    add = actions.add_parser("add", help="登记经办机构并建立全宗")
    add.add_argument("division", metavar="区划", help="行政区划代码，如 130606")
    add.add_argument("--name", required=True, help="机构名称")
    add.add_argument("--fonds", required=True, help="全宗号：一个大写字母加三位数字，如 B003")
    add.add_argument("--json", action="store_true", help="输出 JSON")
    add.set_defaults(run=run_add, needs_database=True)
    listing = actions.add_parser("list", help="列出经办机构")
    listing.add_argument("--json", action="store_true", help="输出 JSON")
    listing.set_defaults(run=run_list, needs_database=True)


def run_add(args: argparse.Namespace) -> int:
    """Register the agency and open its fonds, both or neither."""
    from django.db import transaction  # noqa: PLC0415  models load only after Django is set up
    from django.utils import timezone  # noqa: PLC0415  as above

    from nianlun.archives import operations as archives  # noqa: PLC0415  as above
    from nianlun.registry import operations as registry  # noqa: PLC0415  as above

    at = timezone.now()
    with transaction.atomic():
        agency_id = registry.register_agency(by=None, name=args.name, division=args.division, at=at)
        archives.open_fonds(args.fonds, name=args.name, agency_id=agency_id, by=None, at=at)
    if args.json:
        sys.stdout.write(
            json.dumps({"id": str(agency_id), "division": args.division, "fonds": args.fonds}) + "\n"
        )
    else:
        sys.stdout.write(f"已登记 {args.name}（{args.division}），全宗号 {args.fonds}。\n")
    return 0


def run_list(args: argparse.Namespace) -> int:
    """One line an agency."""
    from nianlun.registry import queries  # noqa: PLC0415  models load only after Django is set up

    lines = queries.agencies(scope=queries.widest_scope())
    if args.json:
        rows = [{"id": str(a.id), "division": a.division, "name": a.name} for a in lines]
        sys.stdout.write(json.dumps({"agencies": rows}, ensure_ascii=False) + "\n")
        return 0
    for agency in lines:
        sys.stdout.write(f"{agency.division}\t{agency.name}\n")
    return 0
