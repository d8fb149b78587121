"""The command that starts a witness."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from nianlun_partners.witness.door import Door, Faults
from nianlun_partners.witness.memory import Witness
from nianlun_partners.witness.notes import Key, Refused, Unusable


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; 2 when it cannot be started like this."""
    parser = argparse.ArgumentParser(prog="python -m nianlun_partners.witness", description="日志的见证方")
    parser.add_argument("--folder", type=Path, required=True, help="记住所见日志和密钥的文件夹")
    parser.add_argument("--name", required=True, help="联署所用的名称，不含空白和加号")
    parser.add_argument(
        "--log", action="append", required=True, metavar="VKEY", help="日志的公钥，可写多次"
    )
    parser.add_argument("--host", default="127.0.0.1", help="监听的地址，默认只限本机")
    parser.add_argument("--port", type=int, default=0, help="端口，0 表示任选一个空闲的")
    parser.add_argument("--delay", type=float, default=0, metavar="SECONDS", help="测试用：每次迟答若干秒")
    parser.add_argument(
        "--fail-every", type=int, default=0, metavar="N", help="测试用：每第 N 次联署答 503"
    )
    parser.add_argument("--lie", action="store_true", help="测试用：给出错误的签名")
    asked = parser.parse_args(arguments)
    try:
        if not re.fullmatch(r"[^\s+]+", asked.name):
            raise Unusable("名称不能为空，不能有空白和加号。")
        witness = Witness(asked.folder, name=asked.name, logs=[Key.read(vkey) for vkey in asked.log])
        faults = Faults(asked.delay, asked.fail_every, asked.lie)
        door = Door((asked.host, asked.port), witness=witness, faults=faults)
    except (Unusable, Refused, OSError, OverflowError) as reason:
        sys.stderr.write(f"见证方不能启动：{reason}\n")
        return 2
    # Two lines for whoever starts it: where it is, and by which key it is known.
    sys.stdout.write(f"http://{asked.host}:{door.server_address[1]}\n{witness.key.vkey()}\n")
    sys.stdout.flush()
    try:
        door.serve_forever()
    except KeyboardInterrupt:
        door.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
