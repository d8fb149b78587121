"""The command that starts a gateway."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nianlun_partners.gateway.door import Door
from nianlun_partners.gateway.faults import FAULTS, Faults
from nianlun_partners.gateway.memory import Memory, Unusable
from nianlun_partners.gateway.operator import Operator

SHORTEST_SECRET = 32


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; 2 when it cannot be started like this."""
    parser = argparse.ArgumentParser(prog="python -m nianlun_partners.gateway", description="短信网关")
    parser.add_argument("--folder", type=Path, required=True, help="记住所收消息的文件夹")
    parser.add_argument("--secret-file", type=Path, required=True, help="与对方共用的密钥，至少 32 个字符")
    parser.add_argument("--callback", default="", metavar="URL", help="回执送到哪里；不写就只等对方来问")
    parser.add_argument("--host", default="127.0.0.1", help="监听的地址，默认只限本机")
    parser.add_argument("--port", type=int, default=0, help="端口，0 表示任选一个空闲的")
    parser.add_argument(
        "--delay", type=float, default=0.5, metavar="SECONDS", help="收下到有结果之间隔几秒"
    )
    parser.add_argument("--fault", choices=sorted(FAULTS), default="none", help="测试用：一开始就怎样作怪")
    asked = parser.parse_args(arguments)
    try:
        secret = asked.secret_file.read_text(encoding="utf-8").strip()
        if len(secret) < SHORTEST_SECRET:
            raise Unusable(f"密钥至少 {SHORTEST_SECRET} 个字符。")
        memory, faults = Memory(asked.folder), Faults(asked.fault)
        operator = Operator(
            memory, faults=faults, callback=asked.callback, secret=secret.encode(), delay=asked.delay
        )
        door = Door((asked.host, asked.port), operator=operator)
    except (Unusable, OSError, OverflowError, UnicodeDecodeError) as reason:
        sys.stderr.write(f"短信网关不能启动：{reason}\n")
        return 2
    operator.start()
    sys.stdout.write(f"http://{asked.host}:{door.server_address[1]}\n")
    sys.stdout.flush()
    try:
        door.serve_forever()
    except KeyboardInterrupt:
        door.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
