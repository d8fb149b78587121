"""Commands that run the system itself: web server, job worker, migrations, demo."""

import argparse
import contextlib
import json
import os
import sys
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line

from nianlun.config import demo
from nianlun.config.places import demo_folder, settings_module


def add_parser(subparsers: Any) -> None:
    serve_parser = subparsers.add_parser("serve", help="启动网页服务")
    serve_parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只在本机")
    serve_parser.add_argument(
        "--port", type=int, default=int(os.environ.get("NIANLUN_PORT") or 8000), help="端口"
    )
    serve_parser.add_argument(
        "--threads", type=int, default=12, help="同时处理的请求数；登录最多占其中 8 个"
    )
    serve_parser.set_defaults(run=serve)
    subparsers.add_parser("migrate", help="建表，或把表升到当前版本").set_defaults(
        run=migrate, needs_database=True
    )
    demo_parser = subparsers.add_parser(
        "demo", help="启动演示：数据库、样例城市、网页和后台处理，Ctrl-C 停止"
    )
    demo_parser.add_argument("--reset", action="store_true", help="删除演示的全部数据后退出")
    demo_parser.set_defaults(run=demo.run)
    personas_parser = subparsers.add_parser("personas", help="演示的各岗位账号")
    personas_parser.add_argument("--address", default="", help="网页服务的地址")
    personas_parser.add_argument("--json", action="store_true", help="输出 JSON")
    personas_parser.set_defaults(run=personas, needs_database=True)
    manage_parser = subparsers.add_parser("manage", help="Django 的管理命令", add_help=False)
    manage_parser.add_argument("rest", nargs=argparse.REMAINDER)
    manage_parser.set_defaults(run=manage)


def serve(args: argparse.Namespace) -> int:
    """Become the web server: same process, so that signals reach it unchanged."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
    django.setup()  # settings that refuse to start say so here, in one sentence
    command = [sys.executable, "-m", "granian", "nianlun.config.wsgi:application", "--interface", "wsgi"]
    command += ["--host", args.host, "--port", str(args.port), "--no-ws", "--workers", "1"]
    command += [
        "--blocking-threads",
        str(args.threads),
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "5",
    ]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606 no shell, a fixed program


def migrate(_args: argparse.Namespace) -> int:
    """Bring the tables up to date as their owner, then give the application's role what it needs and no more."""
    from nianlun.config.database_rights import as_owner, grant  # noqa: PLC0415 needs Django set up

    with as_owner() as application:
        call_command("migrate", interactive=False, verbosity=1)
        if application:
            grant(application)
    return 0


def manage(args: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
    execute_from_command_line(["nianlun manage", *args.rest])
    return 0


def personas(args: argparse.Namespace) -> int:
    """The demo's accounts with their passwords, which the sample city has put beside the demo's keys."""
    from nianlun.access import queries  # noqa: PLC0415 models load only after Django is set up

    found = queries.personas() if settings.DEMO else []
    passwords: dict[str, str] = {}
    with contextlib.suppress(OSError):
        written = json.loads((demo_folder() / "accounts.json").read_text(encoding="utf-8"))
        passwords = {account["username"]: account["password"] for account in written}
    lines = [
        {
            "role": p.role.label,
            "name": p.name,
            "username": p.username,
            "password": passwords.get(p.username, ""),
        }
        for p in found
    ]
    if args.json:
        sys.stdout.write(json.dumps(lines, ensure_ascii=False) + "\n")
        return 0
    if lines:
        sys.stdout.write(f"打开 {args.address}/personas/ 选一个岗位，两点即入；或用账号和口令登录，\n")
        sys.stdout.write(f"动态口令见 {args.address}/personas/authenticator/：\n")
    for line in lines:
        sys.stdout.write("  {role}　{name}　账号 {username}　口令 {password}\n".format(**line))
    return 0
