"""The secrets of a demo: made at its first start, never good for production."""

import contextlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from nianlun.kernel.cipher import Keyring
from nianlun.kernel.notes import LogKey
from nianlun.media.imaging.sealing import new_identity, public_of
from nianlun.vault.class_keys import ClassKeys

MARK = "demo"
LOG_ORIGIN = "nianlun.demo/journal"


def secret_key(folder: Path) -> str:
    """The demo's signing key, from `folder/secret_key`, which is made on first use."""
    path = folder / "secret_key"
    if not path.exists():
        _place(path, secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii").strip()


def keyring(folder: Path) -> Path:
    """The demo's key file `folder/keyring.json`, made on first use and marked, so that production refuses it."""
    return _marked(folder / "keyring.json", Keyring.create)


def class_keys(folder: Path) -> Path:
    """The demo's key file of the vault, `folder/vault-keys.json`, made and marked likewise."""
    return _marked(folder / "vault-keys.json", ClassKeys.create)


def media_recipients(folder: Path) -> Path:
    """The public keys of the demo's two keepers, `folder/media-recipients.txt`, whose private ones lie beside it."""
    path = folder / "media-recipients.txt"
    if not path.exists():
        lines = [f"# {MARK}"]
        for number, name in enumerate(("演示保管人甲", "演示保管人乙"), start=1):
            kept = folder / f"media-identity-{number}.txt"
            if not kept.exists():
                _place(
                    kept,
                    f"# {MARK}：{name}的私钥，正式环境由本人保管，不放在服务器上\n{new_identity()[0]}\n",
                )
            lines += [f"# {name}", public_of(kept.read_text(encoding="utf-8"))]
        _place(path, "\n".join(lines) + "\n")
    return path


def log_key(folder: Path) -> Path:
    """The key file with which the demo's journal signs its checkpoints, made and marked likewise."""
    return _marked(folder / "log_key.json", lambda path: LogKey.create(path, name=LOG_ORIGIN, sm2=True))


def log_witnesses(folder: Path) -> tuple[tuple[str, str], ...]:
    """Address and public key of the witness that the running demo has started; none before."""
    with contextlib.suppress(OSError):
        url, vkey = (folder / "witness").read_text(encoding="utf-8").split()
        return ((url, vkey),)
    return ()


def gateway_secret(folder: Path) -> Path:
    """The file with the secret that the demo shares with its message gateway, made on first use."""
    path = folder / "gateway-secret"
    if not path.exists():
        _place(path, secrets.token_urlsafe(32))
    return path


def gateway(folder: Path) -> tuple[str, str]:
    """Address and secret of the message gateway that the running demo has started; none before."""
    with contextlib.suppress(OSError):
        url = (folder / "gateway").read_text(encoding="utf-8").strip()
        return url, gateway_secret(folder).read_text(encoding="ascii").strip()
    return "", ""


def is_marked(path: Path) -> bool:
    """Whether the key file was made for a demo. A file that cannot be read is for the caller to report."""
    if path.suffix == ".txt":
        return path.exists() and path.read_text(encoding="utf-8").startswith(f"# {MARK}")
    try:
        return bool(json.loads(path.read_text(encoding="ascii")).get(MARK))
    except (OSError, ValueError, AttributeError):
        return False


def _marked(path: Path, create: Callable[[Path], object]) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = path.with_name(f"{path.stem}.{os.getpid()}.plain")
        plain.unlink(missing_ok=True)
        create(plain)
        content = json.loads(plain.read_text(encoding="ascii"))
        plain.unlink()
        _place(path, json.dumps({MARK: True, **content}))
    return path


def _place(path: Path, content: str) -> None:
    """Write whole or not at all; whoever comes first wins, since web and worker start together."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
