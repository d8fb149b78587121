"""`nianlun policy assess`, `interest`, `transfer` and `kinds`: cases in, amounts and derivations out."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from nianlun.kernel.arguments import FAILED
from nianlun.policy.answer_text import as_text, table
from nianlun.policy.assess import KINDS, assess_case
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.case_file import EXAMPLES, CaseFile, read_case_file, read_text
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.tables import NotInForce

_YEAR = re.compile(r"(\d{4}):(\d+(?:\.\d+)?)x(\d+)(?:@(0?\.\d+|0))?")
_RATE = re.compile(r"(\d{4}):(0?\.\d+|0)")

Questions: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_parsers(questions: Questions) -> None:
    """Add the questions that take a case."""
    assess = questions.add_parser("assess", help="按案例文件核定，给出金额和推算")
    assess.add_argument("case", metavar="案例.toml", help="案例文件；- 读标准输入")
    assess.add_argument("--law", metavar="YYYY-MM-DD", default="", help="按哪一天的法律")
    assess.add_argument("--known", metavar="YYYY-MM-DD", default="", help="按哪一天已经公布的数值")
    _add_form(assess)
    assess.set_defaults(run=run_assess)

    interest = questions.add_parser("interest", help="个人账户逐年计息")
    interest.add_argument("--opening", metavar="元", default="0", help="年初余额，默认 0")
    interest.add_argument(
        "--year",
        metavar="年:元x月数[@利率]",
        action="append",
        default=[],
        help="一年的月记入额和月数，如 2022:400x12；不给利率就查表；可重复",
    )
    interest.add_argument("--method", metavar="A|B", default="", help="A 年度计算法，B 月积数法；默认查表")
    interest.add_argument("--region", metavar="区划", default="", help="六位行政区划代码，查利率用")
    _add_form(interest)
    interest.set_defaults(run=run_interest)

    transfer = questions.add_parser("transfer", help="跨统筹区转移的资金：个人账户和统筹部分")
    transfer.add_argument(
        "case", metavar="案例.toml", nargs="?", default="", help="案例文件；或用下面的选项"
    )
    transfer.add_argument(
        "--year", metavar="年:基数x月数", action="append", default=[], help="一年的月缴费基数和月数；可重复"
    )
    transfer.add_argument(
        "--interest", metavar="年:利率", action="append", default=[], help="记账利率；可重复"
    )
    transfer.add_argument(
        "--account-ratio", metavar="比例", default="", help="记入个人账户的比例，默认查表"
    )
    transfer.add_argument("--pool-rate", metavar="比例", default="", help="转移统筹部分的比例，默认查表")
    transfer.add_argument("--region", metavar="区划", default="", help="六位行政区划代码，查利率用")
    _add_form(transfer)
    transfer.set_defaults(run=run_transfer)

    kinds = questions.add_parser("kinds", help="能核定哪些种类的案例")
    kinds.add_argument("--example", metavar="种类", default="", help="这一种的示例案例，可以存成文件再改")
    kinds.add_argument("--json", action="store_true", help="输出 JSON")
    kinds.set_defaults(run=run_kinds)


def _add_form(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出 JSON，金额是文字")
    parser.add_argument("--explain", action="store_true", help="附推算的每一步")


def run_assess(args: argparse.Namespace) -> int:
    """0 with the answer, 2 with a sentence on stderr (and as JSON on stdout where that was asked for)."""
    return _answered(args, lambda: _from_file(args.case), law=args.law, known=args.known)


def run_interest(args: argparse.Namespace) -> int:
    """As `run_assess`, for a case made of the options."""
    return _answered(args, lambda: _plain("account_interest", _interest_inputs(args)))


def run_transfer(args: argparse.Namespace) -> int:
    """As `run_assess`, for a case file or a case made of the options."""
    return _answered(args, lambda: _transfer(args))


def run_kinds(args: argparse.Namespace) -> int:
    """The kinds of cases with their Chinese names, or the example of one; 2 for a kind that is none."""
    if args.example:
        if args.example not in KINDS:
            return refuse(BadCase(f"没有“{args.example[:30]}”这种案例。种类见 nianlun policy kinds。"))
        sys.stdout.write(read_text(EXAMPLES / f"{args.example}.toml"))
    elif args.json:
        print(
            json.dumps(
                [{"kind": kind, "title": title} for kind, (title, _) in KINDS.items()], ensure_ascii=False
            )
        )
    else:
        print("\n".join(table([[kind, title] for kind, (title, _) in KINDS.items()])))
    return 0


def _answered(
    args: argparse.Namespace, read: Callable[[], CaseFile], *, law: str = "", known: str = ""
) -> int:
    try:
        file = read()
        found = assess_case(
            file.case,
            law=_day(law, "--law") or file.law,
            known=_day(known, "--known") or file.known,
        )
    except (BadCase, CannotAssess, NotInForce) as reason:
        return refuse(reason, as_json=args.json)
    if args.json:
        print(json.dumps(found.to_json(explain=args.explain), ensure_ascii=False, indent=2))
    else:
        print(as_text(found, explain=args.explain))
    return 0


def refuse(reason: Exception, *, as_json: bool = False) -> int:
    """The sentence on stderr; as JSON with what is missing and the range that is known."""
    if not isinstance(reason, CannotAssess):
        reason = CannotAssess(str(reason))
    if as_json:
        print(json.dumps(reason.to_json(), ensure_ascii=False))
    sys.stderr.write(f"{reason.sentence}\n")
    if reason.between:
        low, high = reason.between
        sys.stderr.write(f"按已知的部分，在 {low} 元到 {high} 元之间。\n")
    return FAILED


def _from_file(name: str) -> CaseFile:
    return read_case_file(sys.stdin.read() if name == "-" else read_text(Path(name)))


def _plain(kind: str, inputs: Mapping[str, Any]) -> CaseFile:
    return CaseFile(case=Case(kind, inputs), published={}, differs={})


def _interest_inputs(args: argparse.Namespace) -> dict[str, Any]:
    if args.method not in ("", "A", "B"):
        raise BadCase("--method 应是 A（年度计算法）或 B（月积数法）。")
    years = []
    for text in args.year:
        found = _YEAR.fullmatch(text)
        if not found:
            raise BadCase(f"--year 应写成 2022:400x12 或 2022:400x12@0.0612，现在是“{text[:30]}”。")
        year: dict[str, Any] = {"year": int(found[1]), "monthly_credit": found[2], "months": int(found[3])}
        years.append(year | ({"rate": found[4]} if found[4] else {}))
    if not years:
        raise BadCase("请用 --year 给出至少一年，例如 --year 2022:400x12。")
    return {"opening_balance": args.opening, "years": years, **_named(args, "method", "region")}


def _transfer(args: argparse.Namespace) -> CaseFile:
    options = (*args.year, *args.interest, args.account_ratio, args.pool_rate, args.region)
    if args.case:
        if any(options):
            raise BadCase("案例文件和选项只用一种。请把数写进案例，或只用选项。")
        file = _from_file(args.case)
        if not file.case.kind.startswith("transfer"):
            raise BadCase(f"这是 {file.case.kind} 的案例，请用 nianlun policy assess。")
        return file
    years, rates = {}, {}
    for text in args.year:
        found = _YEAR.fullmatch(text)
        if not found or found[4]:
            raise BadCase(f"--year 应写成 2023:5000x12，现在是“{text[:30]}”。")
        if found[1] in years:
            raise BadCase(f"--year {found[1]} 写了两次。请合并。")
        years[found[1]] = {"base": found[2], "months": int(found[3])}
    for text in args.interest:
        found = _RATE.fullmatch(text)
        if not found:
            raise BadCase(f"--interest 应写成 2023:0.0397，现在是“{text[:30]}”。")
        rates[found[1]] = found[2]
    if not years:
        raise BadCase("请给出案例文件，或用 --year 给出至少一年，例如 --year 2023:5000x12。")
    inputs = {"years": years, **_named(args, "account_ratio", "pool_rate", "region")}
    return _plain("transfer", inputs | ({"interest": rates} if rates else {}))


def _named(args: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: getattr(args, name) for name in names if getattr(args, name)}


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadCase(f"{option} 应写成 2025-03-10 的形式，现在是“{text[:20]}”。") from None
