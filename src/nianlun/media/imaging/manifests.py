"""The text files of a BagIt bag (RFC 8493, and the drafts 0.93 to 0.97 before it)."""

import codecs
import re
from collections.abc import Iterable, Mapping

from nianlun.media.imaging.faults import Fault

DECLARATION, INFO, FETCH = "bagit.txt", "bag-info.txt", "fetch.txt"
VERSION, ENCODING = "1.0", "UTF-8"
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+(\*?)(.+)")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9-]+)\.txt")


def declaration() -> bytes:
    """`bagit.txt` of a bag of ours."""
    return f"BagIt-Version: {VERSION}\nTag-File-Character-Encoding: {ENCODING}\n".encode()


def read_declaration(raw: bytes) -> tuple[str, str, str]:
    """Version, encoding and, where the two cannot be told, the sentence that says why."""
    if raw.startswith(codecs.BOM_UTF8):
        return "", "", "bagit.txt 以字节顺序标记开头，不合规范"
    found = re.fullmatch(
        rb"BagIt-Version: ([0-9]+\.[0-9]+)(?:\r\n|\n|\r)Tag-File-Character-Encoding: ([A-Za-z0-9_.:-]+)\s*",
        raw,
    )
    if found is None:
        return "", "", "bagit.txt 不是规定的两行（BagIt-Version、Tag-File-Character-Encoding）"
    version, encoding = found[1].decode(), found[2].decode()
    try:
        codecs.lookup(encoding)
    except LookupError:
        return "", "", f"bagit.txt 写的字符编码 {encoding} 不认识"
    if version not in {"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"}:
        return "", "", f"bagit.txt 写的版本 {version} 不认识"
    return version, encoding, ""


def manifest_name(path: str) -> tuple[str, bool] | None:
    """Algorithm and whether it is of tag files, for the name of a manifest; nothing for another file."""
    found = _MANIFEST.fullmatch(path)
    return (found[2].replace("-", ""), found[1] is not None) if found else None


def manifest(digests: Mapping[str, str]) -> bytes:
    """A manifest of path -> digest, sorted by path."""
    lines = [f"{digest}  {_escaped(path)}\n" for path, digest in sorted(digests.items())]
    return "".join(lines).encode()


def read_manifest(
    raw: bytes, *, name: str, encoding: str, version: str
) -> tuple[list[tuple[str, str]], list[Fault]]:
    """(path, digest in lower case) of each line in order, and what is wrong with lines."""
    text, faults = _decoded(raw, name=name, encoding=encoding)
    entries = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            faults.append(Fault(name=name, sentence=f"{name} 第 {number} 行不是“摘要 文件名”"))
            continue
        star = found[2] if version == "1.0" else ""
        # Before 1.0 a star marked binary mode; and some writers put ./ before each name.
        path = _unescaped((star + found[3]).removeprefix("./"), version=version)
        entries.append((path, found[1].lower()))
    return entries, faults


def read_fetch(raw: bytes, *, encoding: str, version: str) -> tuple[list[str], list[Fault]]:
    """The paths that `fetch.txt` says can be had from elsewhere. Nothing is ever fetched."""
    text, faults = _decoded(raw, name=FETCH, encoding=encoding)
    paths = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line:
            continue
        parts = line.split(None, 2)
        if len(parts) != 3 or not (parts[1] == "-" or parts[1].isdigit()):
            faults.append(Fault(name=FETCH, sentence=f"fetch.txt 第 {number} 行不是“网址 字节数 文件名”"))
            continue
        paths.append(_unescaped(parts[2], version=version))
    return paths, faults


def info(entries: Iterable[tuple[str, str]]) -> bytes:
    """`bag-info.txt`; a value of several lines continues with an indent."""
    return "".join(
        f"{label}: {value.strip().replace(chr(10), chr(10) + '  ')}\n" for label, value in entries
    ).encode()


def read_info(raw: bytes, *, encoding: str = ENCODING) -> list[tuple[str, str]]:
    """The labels and values in their order, lines that continue joined again; what is no such line is left out."""
    found: list[tuple[str, str]] = []
    for line in re.split(r"\r\n|\n|\r", raw.decode(encoding, errors="replace")):
        if line[:1] in {" ", "\t"} and found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line.strip()}")
        elif ":" in line:
            label, value = line.split(":", 1)
            found.append((label.strip(), value.strip()))
    return found


def _decoded(raw: bytes, *, name: str, encoding: str) -> tuple[str, list[Fault]]:
    try:
        return raw.decode(encoding), []
    except UnicodeDecodeError:
        return "", [Fault(name=name, sentence=f"{name} 不是声明的编码 {encoding}")]


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _unescaped(path: str, *, version: str) -> str:
    known = {"%0a": "\n", "%0d": "\r"} | ({"%25": "%"} if version == "1.0" else {})
    return re.sub(r"%(?:0[AaDd]|25)", lambda m: known.get(m[0].lower(), m[0]), path)
