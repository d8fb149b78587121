"""Opening a store by its address: a folder, `file:///…`, or `s3://bucket/prefix?endpoint=…&region=…`."""

import os
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.conf import settings

from nianlun.vault.ocfl.bucket.client import Client
from nianlun.vault.ocfl.bucket.store import BucketStore
from nianlun.vault.ocfl.bucket.tree import BucketTree
from nianlun.vault.ocfl.faults import NotARoot
from nianlun.vault.ocfl.folder_store import FolderStore
from nianlun.vault.ocfl.folder_tree import FolderTree
from nianlun.vault.ocfl.store import Store
from nianlun.vault.ocfl.tree import Tree

_FORM = "地址写成 s3://桶/前缀?endpoint=https://…&region=…"


def open_store(url: str | Path, *, create: bool = True) -> Store:
    """The store at an address, begun if nothing is there yet and `create` allows it.

    Raises `NotARoot` for an address that holds something else, nothing, or is none; `Unreachable` for an object store
    that does not answer. Credentials of object stores are in NIANLUN_S3_KEY and NIANLUN_S3_SECRET, never in a url.
    """
    if is_bucket(url):
        return BucketStore(_client(str(url)), create=create)
    path = folder_of(url)
    return FolderStore(path) if create else FolderStore.existing(path)


def open_tree(url: str | Path) -> Tree:
    """What lies at an address, sound or not and whoever wrote it, for a check. Nothing is made. Raises as above."""
    return BucketTree(_client(str(url))) if is_bucket(url) else FolderTree(folder_of(url))


def is_bucket(url: str | Path) -> bool:
    return isinstance(url, str) and url.startswith("s3://")


def folder_of(url: str | Path) -> Path:
    """The folder that an address names; raises `NotARoot` for an address of another kind."""
    if isinstance(url, Path):
        return url
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return Path(unquote(parts.path))
    if "://" in url:
        raise NotARoot(f"不认得存放处的地址 {parts.scheme}://…。请写文件夹路径、file:///… 或 s3://…。")
    return Path(url)


def _client(url: str) -> Client:
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = sorted(set(options) - {"endpoint", "region"})
    if "@" in parts.netloc or "@" in options.get("endpoint", "") or unknown:
        raise NotARoot(
            f"存放处的地址里只能有 endpoint 和 region，密钥写在 NIANLUN_S3_KEY、NIANLUN_S3_SECRET。{_FORM}。"
        )
    if not parts.netloc:
        raise NotARoot(f"存放处的地址里没有桶名。{_FORM}。")
    key, secret = os.environ.get("NIANLUN_S3_KEY", ""), os.environ.get("NIANLUN_S3_SECRET", "")
    if not key or not secret:
        raise NotARoot("没有对象存储的密钥。请设置环境变量 NIANLUN_S3_KEY 和 NIANLUN_S3_SECRET。")
    region = options.get("region", "us-east-1")
    endpoint = options.get("endpoint", f"https://s3.{region}.amazonaws.com").rstrip("/")
    _refuse_open_line(urlsplit(endpoint))
    prefix = unquote(parts.path).strip("/")
    return Client(
        parts.netloc,
        prefix=prefix,
        endpoint=endpoint,
        region=region,
        key=key,
        secret=secret,
        networks=settings.OUTGOING,
    )


def _refuse_open_line(endpoint: SplitResult) -> None:
    """Without TLS only to this very machine: originals would cross the network for anybody to read."""
    host = endpoint.hostname or ""
    if endpoint.scheme == "https" and host:
        return
    try:
        here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        here = False
    if endpoint.scheme != "http" or not here:
        raise NotARoot(f"对象存储的 endpoint 必须是 https://…（只有本机可以用 http://）。{_FORM}。")
