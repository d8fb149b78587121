"""Command lines answered in Chinese: argparse with the sentences of our own."""

import argparse
import re
from typing import Any, NoReturn

FAILED = 2
"""The exit status of a command that was written wrongly or could not be done."""

PHRASES = (
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1 不能是 \2，可选 \3"),
    (r"argument (.+?): expected .+", r"\1 后面要有值"),
    (r"argument (.+?): invalid .+ value: (.+)", r"\1 的值 \2 不对"),
    (r"argument (.+?): (.+)", r"\1：\2"),
)


class Parser(argparse.ArgumentParser):
    """argparse that answers a wrong call in Chinese, with status 2."""

    def error(self, message: str) -> NoReturn:
        for english, chinese in PHRASES:
            if re.fullmatch(english, message):
                message = re.sub(english, chinese, message)
                break
        self.exit(FAILED, f"命令写得不对：{message}。用法见 {self.prog} --help。\n")


def group(subparsers: Any, name: str, *, help_text: str) -> Any:
    """The actions under one word, such as `nianlun access …`, to which several components add theirs."""
    known = subparsers.choices.get(name)
    if known is None:
        made = subparsers.add_parser(name, help=help_text)
        made.actions = made.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
        return made.actions
    return known.actions
