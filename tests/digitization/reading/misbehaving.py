"""Tasks that do what a hostile file would make a parser do; run in the sandbox by its tests."""

import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO

Answer = tuple[dict[str, Any], list[bytes]]


def echo(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Answer:
    return {"said": arguments["say"], "pid": os.getpid()}, blobs


def hoard(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Answer:
    kept = [bytearray(64 << 20) for _ in range(64)]
    return {"kept": len(kept)}, []


def spin(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Answer:
    while True:
        pass


def sleep(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Answer:
    ctypes.CDLL(None).sleep(60)
    return {}, []


def crash(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Answer:
    ctypes.string_at(0)
    return {}, []


def look_round(arguments: dict[str, Any], blobs: list[bytes], source: BinaryIO | None) -> Answer:
    """Try everything forbidden; says what was allowed."""
    attempts = {
        "internet socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "unix socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "fork": os.fork,
        "program": lambda: subprocess.run([sys.executable, "--version"], check=False),
        "signal": lambda: os.kill(os.getppid(), 0),
        "write outside": lambda: Path(arguments["outside"]).write_text("x"),
        "database address": lambda: os.environ["DATABASE_URL"],
    }
    allowed = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except (OSError, KeyError):
            continue
        allowed.append(name)
    Path("scratch.bin").write_bytes(b"x" * 1000)
    return {"allowed": allowed}, []
