"""The fences a child puts round itself before it looks at anything untrusted (security S4.3). Linux only.

Two layers, each doing what it can: namespaces where the kernel lets us make them (no network device but a dead
loopback, a read-only view of the disk, a temporary directory of limited size) and a system-call filter that needs
no privilege (no socket of any family, so not even the database's Unix socket; no new process or program).
"""

import ctypes
import errno
import os
import platform
import resource
import struct
from dataclasses import dataclass

_libc = ctypes.CDLL(None, use_errno=True)

_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x4000, 0x40000
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 0x1
_PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 38, 4
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1
_CLONE_THREAD = 0x00010000

SCRATCH_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task may use. Defaults are those of security S4.3.

    Memory is RLIMIT_DATA (private writable memory): onnxruntime maps 1.6 GB of addresses for a page while it holds
    0.6 to 1.0 GB, so a limit on addresses of 1.5 GB would kill honest pages. Addresses get a wider fence.
    """

    memory_bytes: int = 1536 * 1024 * 1024
    address_bytes: int = 6 * 1024 * 1024 * 1024
    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    open_files: int = 128

    def arm(self) -> None:
        """Put the limits on this process; the processor time counts from what is already used."""
        resource.setrlimit(resource.RLIMIT_DATA, (self.memory_bytes, self.memory_bytes))
        resource.setrlimit(resource.RLIMIT_AS, (self.address_bytes, self.address_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (SCRATCH_BYTES, SCRATCH_BYTES))
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.open_files, self.open_files))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self.arm_processor_time()

    def arm_processor_time(self) -> None:
        """Allow `cpu_seconds` more from now; the kernel kills at the soft limit (SIGXCPU)."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        allowed = int(used.ru_utime + used.ru_stime) + 1 + self.cpu_seconds
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        if hard != resource.RLIM_INFINITY:
            allowed = min(allowed, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def enter_namespaces(scratch: str) -> list[str]:
    """Leave the network and the writable disk behind; returns what was achieved, in words for the log.

    Must run while the process has one thread. Without the right to make namespaces the list is empty or short, and
    the system-call filter has to hold alone.
    """
    user, group = os.getuid(), os.getgid()
    achieved = []
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWNS) == 0:
        achieved += ["user namespace", "network namespace"]
        _map_own_ids(user, group)
    elif _libc.unshare(_CLONE_NEWNET | _CLONE_NEWNS) == 0:
        achieved.append("network namespace")
    else:
        return achieved
    if _libc.mount(None, b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None) != 0:
        return achieved
    attributes = struct.pack("QQQQ", _MOUNT_ATTR_RDONLY, 0, 0, 0)
    frozen = _libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, attributes, len(attributes))
    if frozen == 0:
        achieved.append("read-only disk")
    options = f"size={SCRATCH_BYTES},nr_inodes=4096,mode=700".encode()
    flags = ctypes.c_ulong(_MS_NOSUID | _MS_NODEV)
    if _libc.mount(b"tmpfs", os.fsencode(scratch), b"tmpfs", flags, options) == 0:
        achieved.append("scratch quota")
        os.chdir(scratch)  # the old working directory is the folder under the new mount
    return achieved


def _map_own_ids(user: int, group: int) -> None:
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w") as stream:  # noqa: PTH123 - a kernel switch, not a file
                stream.write(text)
        except OSError:
            return  # unmapped, the process shows as "nobody", which serves as well


# Calls a parser has no business making, with their numbers on the machines we know.
_DENIED = {
    "x86_64": (
        "socket=41 connect=42 socketpair=53 execve=59 execveat=322 fork=57 vfork=58 kill=62 tkill=200 ptrace=101 "
        "process_vm_readv=310 process_vm_writev=311 io_uring_setup=425 mount=165 umount2=166 unshare=272 setns=308 "
        "pidfd_send_signal=424 pidfd_open=434 bpf=321 perf_event_open=298 userfaultfd=323 keyctl=250 add_key=248 "
        "request_key=249"
    ),
    "aarch64": (
        "socket=198 connect=203 socketpair=199 execve=221 execveat=281 kill=129 tkill=130 ptrace=117 "
        "process_vm_readv=270 process_vm_writev=271 io_uring_setup=425 mount=40 umount2=39 unshare=97 setns=268 "
        "pidfd_send_signal=424 pidfd_open=434 bpf=280 perf_event_open=241 userfaultfd=282 keyctl=219 add_key=217 "
        "request_key=218"
    ),
}
_MACHINES = {"x86_64": (0xC000003E, 56, 317), "aarch64": (0xC00000B7, 220, 277)}  # audit id, clone, seccomp
_CLONE3 = 435
_X32 = 0x40000000

_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def _filter_program(machine: str) -> bytes:
    audit, clone, _ = _MACHINES[machine]
    denied = [int(call.partition("=")[2]) for call in _DENIED[machine].split()]
    # (code, value, where to go when true, when false); the tail is: clone check, allow, deny, no such call
    steps: list[tuple[int, int, str, str]] = [
        (_LOAD, 4, "", ""),
        (_JUMP_EQUAL, audit, "", "kill"),
        (_LOAD, 0, "", ""),
    ]
    steps.append((_JUMP_ABOVE, _X32, "deny", ""))
    steps += [(_JUMP_EQUAL, number, "deny", "") for number in denied]
    # clone3 hides its flags behind a pointer: "no such call" makes the C library fall back to clone.
    steps.append((_JUMP_EQUAL, _CLONE3, "missing", ""))
    steps.append((_JUMP_EQUAL, clone, "", "allow"))
    steps.append((_LOAD, 16, "", ""))  # the flags, first argument of clone on both machines
    steps.append((_JUMP_SET, _CLONE_THREAD, "allow", "deny"))
    ends = {"allow": _ALLOW, "deny": _ERROR | errno.EPERM, "missing": _ERROR | errno.ENOSYS, "kill": _KILL}
    labels = {name: len(steps) + place for place, name in enumerate(ends)}
    program = b""
    for here, (code, value, true, false) in enumerate(steps):
        hops = [labels[label] - here - 1 if label else 0 for label in (true, false)]
        program += struct.pack("HBBI", code, hops[0], hops[1], value)
    for action in ends.values():
        program += struct.pack("HBBI", _RETURN, 0, 0, action)
    return program


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def filter_system_calls() -> list[str]:
    """Forbid sockets, new processes and other programs, for good; returns ["system-call filter"] if it holds."""
    machine = platform.machine()
    if machine not in _MACHINES:
        return []
    program = _filter_program(machine)
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return []
    described = _Program(length=len(program) // 8, steps=program)
    done = _libc.syscall(
        _MACHINES[machine][2], _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, ctypes.byref(described)
    )
    return ["system-call filter"] if done == 0 else []


def hide_memory() -> None:
    """No core file and no look into this process by others of the same user: it holds pages about people."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
