"""`nianlun-policy …`, also `python -m nianlun.policy …`: the questions of `nianlun policy`, without the system."""

import argparse
import os
import sys
from collections.abc import Sequence

from nianlun.kernel.arguments import FAILED, Parser
from nianlun.policy import command

_NAME = "nianlun-policy"


def parser() -> argparse.ArgumentParser:
    """The parser of `nianlun policy` under the name it has when it is installed alone."""
    whole: argparse.ArgumentParser = Parser()
    subparsers = whole.add_subparsers(prog="")
    command.add_parser(subparsers)
    policy = subparsers.choices["policy"]
    policy.prog = _NAME
    for name, asked in command.questions(subparsers).choices.items():
        asked.prog = f"{_NAME} {name}"
    return policy


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question; the exit status is 0, 1 for findings, 2 with a sentence on stderr."""
    args = parser().parse_args(arguments)
    try:
        return int(args.run(args) or 0)
    except BrokenPipeError:  # `nianlun-policy … | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as reason:  # ours are told in a sentence; a fault in the code shows itself
        if not type(reason).__module__.startswith("nianlun."):
            raise
        sys.stderr.write(f"{getattr(reason, 'sentence', '') or reason}\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
