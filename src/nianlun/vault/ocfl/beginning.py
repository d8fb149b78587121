"""Making a storage root: the declarations by which any OCFL program, and any person, knows what lies there."""

import json
from collections.abc import Mapping
from pathlib import Path

from nianlun.vault.ocfl import staging
from nianlun.vault.ocfl.durable import write_once
from nianlun.vault.ocfl.faults import NotARoot
from nianlun.vault.ocfl.layout import DESCRIPTION, Layout

DECLARATION = "0=ocfl_1.1"
README = """本文件夹是年轮系统的档案库，按 OCFL 1.1（https://ocfl.io/1.1/spec/）存放，不依赖任何程序即可读出。

每个对象一个文件夹，其中 inventory.json 写明各版本有哪些文件、叫什么名字、字节放在哪里、sha512 摘要是多少。
各版本另有 manifest-sm3.txt，逐行写明该版本各文件的 SM3 摘要（GB/T 32905）和名字。
extensions/nianlun-staging 是存入途中的临时存放处，空闲时只有 config.json。
extensions 下若另有 nianlun-keys（加密保存的密钥）和 nianlun-destroyed（依法销毁的登记），须同对象一起保管。
不要手工改动这里的任何文件。
"""


def begin(path: Path, layout: Layout) -> None:
    """Make a root of a folder that is missing, empty or was begun before; raises `NotARoot` for any other."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)  # originals are for this system's account alone
    known = {"extensions", "ocfl_layout.json", "README.txt"}
    strangers = sorted(e.name for e in path.iterdir() if e.name not in known and not e.name.startswith("."))
    if strangers:
        raise NotARoot(f"{path} 不是空文件夹（有 {strangers[0]} 等），也不是档案库。请换一个空文件夹。")
    for name, content in root_files(layout).items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        write_once(path / name, content)


def root_files(layout: Layout) -> dict[str, bytes]:
    """The files of an empty root in the order in which they are made: with the last one the root is complete."""
    return {
        f"extensions/{layout.extension}/config.json": _json(layout.config),
        f"extensions/{staging.EXTENSION}/config.json": _json({"extensionName": staging.EXTENSION}),
        "ocfl_layout.json": _json({"extension": layout.extension, "description": DESCRIPTION}),
        "README.txt": README.encode(),
        DECLARATION: b"ocfl_1.1\n",
    }


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
