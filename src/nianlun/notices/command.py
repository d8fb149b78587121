"""`nianlun notices`: what waits in the outbox, and having it tried now."""

import argparse
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Offer `notices resume`."""
    notices = subparsers.add_parser("notices", help="发给本人的通知")
    actions = notices.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    resume = actions.add_parser("resume", help="网关修好或配置好以后，把排着队的消息马上再试一遍")
    resume.set_defaults(run=run_resume, needs_database=True)


def run_resume(args: argparse.Namespace) -> int:
    """Have everything that waits tried now; 1 while there is no gateway to try."""
    from django.utils import timezone  # noqa: PLC0415  settings exist only after Django is set up

    from nianlun.notices import gateway, operations  # noqa: PLC0415  as above

    if not gateway.is_configured():
        sys.stderr.write("还没有配置短信网关。请先设置 NIANLUN_GATEWAY_URL 和 NIANLUN_GATEWAY_SECRET。\n")
        return 1
    count = 0
    while batch := operations.resume(at=timezone.now()):
        count += batch
    sys.stdout.write(f"{count} 条消息排到最前，由 nianlun work 发出。\n")
    return 0
