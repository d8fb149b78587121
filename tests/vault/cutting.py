"""Cuts a process off at any of its system calls, as a power cut or kill -9 would.

Python announces only some of what it asks of the system, and nothing of a write that was half done. The kernel's
tracing sees every call of every thread, so nothing between two calls goes untried.
"""

import ctypes
import os
import platform
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

_TRACE_ME, _POKE_USER, _SYSCALL, _SET_OPTIONS, _SYSCALL_INFO = 0, 6, 24, 0x4200, 0x420E
_SYSGOOD, _CLONE, _EXIT_KILL = 1, 8, 1 << 20
_ALL_THREADS = 0x40000000  # __WALL
_ENTRY = 1
_THIRD_ARGUMENT = 12 * 8  # rdx in x86-64's struct user
CALLS = {
    1: "write",
    20: "writev",
    73: "flock",
    74: "fsync",
    75: "fdatasync",
    77: "ftruncate",
    82: "rename",
    83: "mkdir",
    84: "rmdir",
    86: "link",
    87: "unlink",
    257: "openat",
    258: "mkdirat",
    263: "unlinkat",
    264: "renameat",
    265: "linkat",
    306: "syncfs",
    316: "renameat2",
    326: "copy_file_range",
}
"""Numbers on x86-64 of what can change a disk or a lock. Of openings only those that write count."""

possible = sys.platform == "linux" and platform.machine() == "x86_64"
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


@dataclass(frozen=True)
class Cut:
    died: bool
    calls: list[str]


def cut(work: Callable[[], object], *, at: int, torn: bool = False) -> Cut:
    """Do the work in a forked process that is killed just before its `at`-th call (0: never).

    With `torn`, a write at that point first brings half of its bytes to the file. Only calls after the work began
    count. Raises `PermissionError` where the system does not let one process trace another.
    """
    child = os.fork()
    if child == 0:
        _be_traced(work)
    os.waitpid(child, os.WUNTRACED)
    if _libc.ptrace(_SET_OPTIONS, child, None, _SYSGOOD | _CLONE | _EXIT_KILL) != 0:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise PermissionError("ptrace")
    calls: list[str] = []
    dying = False
    _go_on(child)
    while True:
        thread, status = os.waitpid(-child, _ALL_THREADS)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            if thread == child:
                assert dying or os.waitstatus_to_exitcode(status) == 0, status
                return Cut(dying, calls)
            continue
        stop = os.WSTOPSIG(status)
        if stop == signal.SIGTRAP | 0x80:
            call = _entered(thread)
            if dying and call is None:  # the half write is done
                os.kill(child, signal.SIGKILL)
            elif call in CALLS and not dying:
                calls.append(CALLS[call])
                if len(calls) == at:
                    dying = True
                    if not (torn and CALLS[call] == "write" and _halve(thread)):
                        os.kill(child, signal.SIGKILL)
                        continue
            _go_on(thread)
        else:
            _go_on(thread, 0 if stop in (signal.SIGTRAP, signal.SIGSTOP) else stop)


def _be_traced(work: Callable[[], object]) -> None:
    code = 1
    try:
        os.setpgid(0, 0)  # so that waiting for its threads reaps nobody else's children
        if _libc.ptrace(_TRACE_ME, 0, None, None) == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
            work()
            code = 0
        else:
            os.kill(os.getpid(), signal.SIGSTOP)
    except BaseException:  # the child must never return into the test runner
        traceback.print_exc()
    finally:
        os._exit(code)


def _go_on(thread: int, signal_number: int = 0) -> None:
    _libc.ptrace(_SYSCALL, thread, None, signal_number)


def _info(thread: int) -> bytes:
    buffer = ctypes.create_string_buffer(96)
    _libc.ptrace(_SYSCALL_INFO, thread, ctypes.c_void_p(96), buffer)
    return buffer.raw


def _entered(thread: int) -> int | None:
    """The number of the call a thread is about to make; None if it comes out of one."""
    raw = _info(thread)
    if raw[0] != _ENTRY:
        return None
    call, *arguments = struct.unpack_from("<7Q", raw, 24)
    reads_only = CALLS.get(call) == "openat" and not arguments[2] & (os.O_CREAT | os.O_WRONLY | os.O_RDWR)
    return -1 if reads_only else int(call)


def _halve(thread: int) -> bool:
    """Make a write of several bytes one of half as many."""
    length = struct.unpack_from("<Q", _info(thread), 32 + 2 * 8)[0]
    return length > 1 and _libc.ptrace(_POKE_USER, thread, _THIRD_ARGUMENT, length // 2) == 0
