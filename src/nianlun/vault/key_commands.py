"""`nianlun vault keys|rewrap|export-keys|import-keys`: the class keys, by hand and in the presence of two."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from nianlun.kernel.cipher import KeyMissing
from nianlun.vault.class_keys import ClassKeys, KeyInTheWay
from nianlun.vault.domain import Secrecy
from nianlun.vault.ocfl import StorageError

DONE, LEFT, REFUSED = 0, 1, 2


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keys_parser = subparsers.add_parser(
        "keys", help="档案库的类密钥：各版还有多少对象要用；新建、换新、撤除"
    )
    change = keys_parser.add_mutually_exclusive_group()
    change.add_argument(
        "--create", type=Path, action=_NeedsNoDatabase, metavar="文件", help="为新的安装建一份密钥文件"
    )
    change.add_argument(
        "--rotate", type=Secrecy, choices=list(Secrecy), metavar="密级", help="给这一类启用新的一版"
    )
    change.add_argument("--retire", nargs=2, metavar=("密级", "版本"), help="撤除没有对象再用的旧版")
    keys_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    keys_parser.set_defaults(run=keys, needs_database=True)
    rewrap_parser = subparsers.add_parser("rewrap", help="用最新的类密钥重新封装各对象的密钥，可中断")
    rewrap_parser.set_defaults(run=rewrap, needs_database=True)
    export_parser = subparsers.add_parser("export-keys", help="把类密钥用 age 加密给收件人，写到标准输出")
    export_parser.add_argument(
        "--to", action="append", required=True, metavar="age1…", help="收件人的公钥，可写几次"
    )
    export_parser.set_defaults(run=export_keys, needs_database=True)
    import_parser = subparsers.add_parser("import-keys", help="从加密的导出文件取回类密钥")
    import_parser.add_argument("file", type=Path, metavar="文件")
    import_parser.add_argument(
        "--identity", type=Path, required=True, metavar="文件", help="age 的私钥文件（AGE-SECRET-KEY-…）"
    )
    import_parser.set_defaults(run=import_keys, needs_database=True)


def keys(args: argparse.Namespace) -> int:
    """List the class keys, or change them; 0 done, 2 refused with a sentence."""
    if args.create is not None:
        return _create(args.create)
    from nianlun.vault import rotation  # noqa: PLC0415  models can be imported only once Django is set up

    at = datetime.now(UTC)
    try:
        if args.rotate is not None:
            version = rotation.rotate(args.rotate, at=at)
            sys.stderr.write(
                f"“{args.rotate.label}”类已启用第 {version} 版密钥，各对象的密钥由后台重新封装。"
                "请马上把密钥文件重新导出保管（nianlun vault export-keys）。\n"
            )
        elif args.retire is not None:
            rotation.retire(Secrecy(args.retire[0]), int(args.retire[1]), at=at)
        found = rotation.lines()
    except (KeyMissing, KeyInTheWay, StorageError, ValueError) as fault:
        return _refuse(str(fault))
    if args.json:
        sys.stdout.write(
            json.dumps(
                [
                    {"class": one.secrecy.value, "version": one.version, "newest": one.is_newest,
                     "objects": one.objects}
                    for one in found
                ],
                ensure_ascii=False,
                indent=1,
            )
            + "\n"
        )  # fmt: skip
        return DONE
    for one in found:
        state = "现用" if one.is_newest else "旧版"
        sys.stdout.write(f"{one.secrecy.label}\t第 {one.version} 版\t{state}\t{one.objects} 个对象\n")
    return DONE


def rewrap(args: argparse.Namespace) -> int:
    """Wrap everything with the newest keys; 0 all done, 1 some left, 2 without keys."""
    from nianlun.vault import rotation  # noqa: PLC0415

    try:
        outcome = rotation.rewrap(at=datetime.now(UTC), each=_tell)
    except (KeyMissing, StorageError) as fault:
        return _refuse(str(fault))
    for object_id, problem in outcome.problems.items():
        sys.stdout.write(f"{object_id}\t{problem}\n")
    sys.stderr.write(f"重新封装了 {outcome.done} 个对象的密钥，{len(outcome.problems)} 个没有成功。\n")
    return LEFT if outcome.problems else DONE


def export_keys(args: argparse.Namespace) -> int:
    """Write the class keys to stdout, encrypted to every recipient, any of whom can open them alone."""
    import pyrage  # noqa: PLC0415  only these two commands need it

    from nianlun.vault import rotation, sealing  # noqa: PLC0415

    try:
        recipients = [pyrage.x25519.Recipient.from_str(text.strip()) for text in args.to]
        content = sealing.class_keys().to_bytes()
    except pyrage.RecipientError:
        return _refuse("收件人的公钥不对，应以 age1 开头。请核对后重试。")
    except KeyMissing as fault:
        return _refuse(str(fault))
    rotation.record_export([str(one) for one in recipients], at=datetime.now(UTC))
    sys.stdout.write(pyrage.encrypt(content, recipients, armored=True).decode("ascii"))
    sys.stderr.write("已加密导出。请两人在场，写入两份介质，分两处保管，并当场用 import-keys 试读一份。\n")
    return DONE


def import_keys(args: argparse.Namespace) -> int:
    """Put the keys of an export back into the key file; what is there already stays, a contradiction is refused."""
    import pyrage  # noqa: PLC0415

    from nianlun.vault import rotation  # noqa: PLC0415

    try:
        text = args.identity.read_text(encoding="ascii", errors="replace")
        found = [line.strip() for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-")]
        identities = [pyrage.x25519.Identity.from_str(line) for line in found]
        content = pyrage.decrypt(args.file.read_bytes(), identities)
        added = rotation.take_in(ClassKeys.from_bytes(content, name=args.file.name), at=datetime.now(UTC))
    except (pyrage.IdentityError, pyrage.DecryptError):
        return _refuse("这把私钥打不开这份文件，或文件已损坏。没有改动密钥文件。")
    except OSError as fault:
        return _refuse(f"读不到文件：{fault.strerror}。没有改动密钥文件。")
    except (KeyMissing, KeyInTheWay) as fault:
        return _refuse(str(fault))
    sys.stderr.write(f"取回了 {added} 把密钥。\n" if added else "密钥文件里已有这些密钥，没有改动。\n")
    return DONE


def _create(path: Path) -> int:
    try:
        ClassKeys.create(path)
    except OSError as fault:
        return _refuse(
            f"不能建密钥文件 {path}：{fault.strerror}。请换一个不存在的文件名或有写权限的文件夹。"
        )
    sys.stderr.write(f"已建 {path}，只有本账号可读。请马上按《档案库的密钥》导出并分两处保管。\n")
    return DONE


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return REFUSED


def _tell(done: int, left: int) -> None:
    if left:
        sys.stderr.write(f"已封装 {done} 个，还有 {left} 个…\n")


class _NeedsNoDatabase(argparse.Action):
    """A new installation has keys before it has a database."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        namespace.create, namespace.needs_database = values, False
