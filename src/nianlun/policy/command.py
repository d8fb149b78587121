"""`nianlun policy …`: questions to the policy tables, without a database."""

import argparse
import json
import sys

from nianlun.kernel.arguments import FAILED
from nianlun.kernel.months import NotAMonth, parse_month, show_month, show_months_as_years
from nianlun.policy import assess_command, cases_command, tables_command
from nianlun.policy.assess_command import Questions
from nianlun.policy.retirement import NoSuchCategory, Retirement, Sex, statutory_retirement
from nianlun.policy.tables import NotInForce


def add_parser(subparsers: Questions) -> None:
    """Add `policy …`. Values are checked in `run`, so that what is wrong is said in Chinese."""
    policy = subparsers.add_parser("policy", help="按有日期的政策表核定待遇、查政策、对算例")
    policy.set_defaults(run=run, question=None)
    asked = policy.add_subparsers(dest="question", metavar="QUESTION")
    assess_command.add_parsers(asked)
    _add_retirement(asked)
    tables_command.add_parsers(asked)
    cases_command.add_parsers(asked)


def questions(subparsers: Questions) -> Questions:
    """The questions of `nianlun policy`, for a higher component to add its own. `add_parser` comes first."""
    actions = subparsers.choices["policy"]._actions
    (asked,) = (action for action in actions if isinstance(action, argparse._SubParsersAction))
    return asked


def _add_retirement(asked: Questions) -> None:
    retirement = asked.add_parser("retirement", help="法定退休年月、弹性区间和最低缴费月数")
    retirement.add_argument("--sex", metavar="male|female", default="")
    retirement.add_argument("--category", metavar="50|55|60", default="", help="原法定退休年龄")
    retirement.add_argument("--born", metavar="YYYY-MM", default="")
    retirement.add_argument("--json", action="store_true", help="输出 JSON")
    retirement.add_argument("--explain", action="store_true", help="附推导过程")
    retirement.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Answer, or say in one sentence on stderr what is wrong; exit status 0 or 2."""
    if args.question != "retirement":
        return _refuse("请说明要问什么，例如 nianlun policy retirement --help。")
    try:
        found = _answer(args)
    except (NoSuchCategory, NotAMonth, NotInForce) as reason:
        return _refuse(str(reason))
    if args.json:
        print(json.dumps(found.to_json(explain=args.explain), ensure_ascii=False, indent=2))
    else:
        print(_as_text(found, explain=args.explain))
    return 0


def _answer(args: argparse.Namespace) -> Retirement:
    if args.sex not in ("male", "female"):
        raise NoSuchCategory("请用 --sex 给出性别：male（男）或 female（女）。")
    if args.category not in ("50", "55", "60"):
        raise NoSuchCategory("请用 --category 给出原法定退休年龄：男 60，女 55 或 50。")
    if not args.born:
        raise NotAMonth("请用 --born 给出出生年月，例如 1966-08。")
    sex: Sex = "male" if args.sex == "male" else "female"
    born = parse_month(args.born)
    if born // 12 > 2100:
        raise NotAMonth(f"出生年月 {args.born} 不合情理，请核对。")
    return statutory_retirement(sex=sex, category=int(args.category), born=born)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return FAILED


def _as_text(found: Retirement, *, explain: bool) -> str:
    lines = [
        f"达到法定退休年龄：{show_month(found.statutory_month)}",
        f"比原法定退休年龄延迟：{show_months_as_years(found.delay_months)}",
        f"可选择的范围：{show_month(found.earliest_month)} 至 {show_month(found.latest_month)}",
        f"最低缴费年限：{show_months_as_years(found.minimum_months)}",
        "依据：",
        *(f"  {source}" for source in found.sources),
    ]
    if explain:
        lines.append("推算：")
        nodes = {node.id: node for node in found.derivation.walk()}.values()  # each once
        lines += [f"  {node.title}：{node.value} {node.unit}  {node.formula}".rstrip() for node in nodes]
    return "\n".join(lines)
