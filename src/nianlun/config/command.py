"""The `nianlun` command: gathers what components offer, says in one sentence what went wrong.

A component offers commands in its `command.py`:

    def add_parser(subparsers) -> None:
        parser = subparsers.add_parser("search", help="…")
        parser.set_defaults(run=run, needs_database=True)

    def run(args: argparse.Namespace) -> int: ...

`run` returns the exit status. Modules are imported before Django is set up, so what touches models is imported
inside `run`. An exception of ours becomes its sentence on stderr and status 2, a database that does not answer
status 3; any other exception is a fault in the code and shows itself.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

import django
import psycopg.errors
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from nianlun.config.places import settings_module
from nianlun.kernel.arguments import FAILED, Parser

NO_DATABASE = 3
NO_ANSWER = "数据库没有应答。请先运行 make demo 或检查 DATABASE_URL。"
NO_TABLES = "数据库里还没有表，或表与程序不配套。请先运行 nianlun migrate。"
MODULES = (
    "nianlun.config.service_command",
    "nianlun.jobs.command",
    "nianlun.policy.command",
    "nianlun.access.command",
    "nianlun.registry.command",
    "nianlun.watch.command",
    "nianlun.lawbook.command",
    "nianlun.journal.command",
    "nianlun.notices.command",
    "nianlun.vault.command",
    "nianlun.media.command",
    "nianlun.archives.command",
    "nianlun.digitization.command",
    "nianlun.cases.command",
    "nianlun.evidence.command",
    "nianlun.contributions.command",
    "nianlun.entitlements.command",
    "nianlun.desk.command",
    "nianlun.portal.command",
    "nianlun.sample.command",
)
"""Who may offer commands, in the order in which `--help` lists them."""


def command_modules() -> Iterator[ModuleType]:
    for name in MODULES:
        if importlib.util.find_spec(name):
            yield importlib.import_module(name)


def parser() -> Parser:
    whole = Parser(
        prog="nianlun", description="年轮：养老保险档案系统。", epilog="每条命令的用法：nianlun 命令 --help"
    )
    subparsers = whole.add_subparsers(title="命令", metavar="命令", required=True, dest="command")
    for module in command_modules():
        module.add_parser(subparsers)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
        if getattr(args, "needs_database", False):
            django.setup()
            connection.ensure_connection()
        return int(args.run(args) or 0)
    except (OperationalError, InterfaceError):
        return _refuse(NO_ANSWER, NO_DATABASE)
    except ProgrammingError as error:
        if isinstance(error.__cause__, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
            return _refuse(NO_TABLES, NO_DATABASE)
        raise
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `nianlun … | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # which ones are ours is known only here, where every component meets
        if isinstance(error, ImproperlyConfigured) or type(error).__module__.startswith("nianlun."):
            return _refuse(str(getattr(error, "sentence", "") or error), FAILED)
        raise


def _refuse(sentence: str, status: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
