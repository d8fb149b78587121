"""The program of a sandboxed child: fence itself in, then answer calls until its parent goes away.

Started as `python -m nianlun.digitization.reading.child SCRATCH LIMITS MODULE...`; modules named are imported
before the system-call filter falls, so that their own start-up may look at the machine.
"""

import errno
import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from nianlun.digitization.reading import fences, wire
from nianlun.digitization.reading.refusals import Refused

Task = Callable[[dict[str, Any], list[bytes], BinaryIO | None], wire.Message]


def main() -> int:
    """Serve tasks named `module:function`; exit 3 when no fence against the network could be put up."""
    scratch, limits_text, *modules = sys.argv[1:]
    limits = fences.Limits(**json.loads(limits_text))
    incoming, outgoing = _take_over_streams()
    fences.hide_memory()
    held = fences.enter_namespaces(scratch)
    limits.arm()
    for module in modules:
        importlib.import_module(module)
    held += fences.filter_system_calls()
    fenced = "network namespace" in held or "system-call filter" in held
    _send(outgoing, {"fences": held, "fenced": fenced})
    if not fenced:
        return 3
    while True:
        try:
            body, blobs = wire.receive(lambda count: _read_exactly(incoming, count))
        except wire.Garbled:
            return 0
        limits.arm_processor_time()
        _send(outgoing, *_answer(body, blobs))


def _take_over_streams() -> tuple[int, int]:
    """Keep the pipes to ourselves: a library that prints must not be able to garble an answer."""
    incoming, outgoing = os.dup(0), os.dup(1)
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(silence, 1)
    return incoming, outgoing


def _answer(body: dict[str, Any], blobs: list[bytes]) -> wire.Message:
    try:
        module, _, function = body["task"].partition(":")
        task: Task = getattr(importlib.import_module(module), function)
        if body.get("file") is None:
            answer, answer_blobs = task(body["arguments"], blobs, None)
        else:
            os.lseek(body["file"], 0, os.SEEK_SET)
            with os.fdopen(os.dup(body["file"]), "rb") as source:
                answer, answer_blobs = task(body["arguments"], blobs, source)
    except Refused as refused:
        return {"refused": refused.code, "sentence": refused.sentence}, []
    except MemoryError:
        return {"refused": "out_of_memory"}, []
    except Exception as reason:  # whatever a parser throws at hostile bytes is an answer, not an end
        return {"failed": type(reason).__name__, "memory": _is_about_memory(reason)}, []
    return {"answer": answer}, answer_blobs


def _is_about_memory(reason: Exception) -> bool:
    """Libraries in C++ report a refused allocation in their own words."""
    text = str(reason).lower()
    words = ("bad_alloc", "bad allocation", "insufficient memory", "out of memory", "failed to allocate")
    return any(word in text for word in words) or getattr(reason, "errno", None) == errno.ENOMEM


def _read_exactly(stream: int, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = os.read(stream, min(count - len(parts), 1 << 20))
        if not part:
            raise wire.Garbled("end of stream")
        parts += part
    return bytes(parts)


def _send(stream: int, body: dict[str, Any], blobs: list[bytes] | None = None) -> None:
    for chunk in wire.pack(body, blobs or []):
        view = memoryview(chunk)
        while view:
            view = view[os.write(stream, view) :]


if __name__ == "__main__":
    Path.cwd()  # fails early when the scratch folder has gone
    sys.exit(main())
