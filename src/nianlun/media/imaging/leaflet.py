"""The words on a medium: what it is, whose it is and how it is opened by somebody who has never heard of us."""

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nianlun.media.imaging.faults import PackageDamaged
from nianlun.media.imaging.sealing import AGE, Recipient, method_of

ABOUT, SHA512, SM3, BLOCKS, LABEL = (
    "说明.txt", "校验值-SHA512.txt", "校验值-SM3.txt", "分块校验.txt", "标签.pdf",
)  # fmt: skip
CATALOGUE_CSV, CATALOGUE_HTML = "目录.csv", "目录.html"
OBJECTS, KEYS = "ocfl", "keys"
"""Folders of the payload: an OCFL storage root, and the data keys of the objects that are sealed in it."""
BLOCK = 16 << 20
_COLUMNS = ("对象编号", "版本", "文件", "字节数", "SHA-512", "SM3", "对象文件夹", "内容文件")
_SUM = re.compile(r"([0-9a-f]{64}|[0-9a-f]{128}) [ *](.+)")
_BLOCK_LINE = re.compile(r"([0-9]{1,15}) ([0-9a-f]{128})")  # up to a thousand tebibytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What stands on the outside of a medium, in the clear: nothing that tells what the archives are about."""

    number: str
    letter: str
    secrecy: str
    holder: str
    objects: int
    payload_bytes: int
    written_on: str
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A logical file of an object as the catalogue tells it; `content` is its file below the object's folder."""

    object_id: str
    version: int
    path: str
    size: int
    sha512: str
    sm3: str
    folder: str
    content: str


def about(cover: Cover, *, package: str, sums: Mapping[str, str]) -> str:
    """说明.txt; `sums` are the package's digests by algorithm."""
    keepers = "、".join(f"{one.name}（{one.key[:16]}…）" for one in cover.recipients)
    return "\r\n".join(
        [
            f"离线介质 {cover.number} {cover.letter} 份",
            "",
            f"保管单位：{cover.holder}",
            f"密级：{cover.secrecy}",
            f"档案对象：{cover.objects} 个，共 {cover.payload_bytes} 字节（加密前）",
            f"写入日期：{cover.written_on}",
            f"能打开的保管人：{keepers}",
            "",
            f"一、档案在 {package} 里，已经加密。档案目录也在里面，这里不写。",
            f"    SHA-512：{sums['sha512']}",
            f"    SM3：{sums['sm3']}",
            "",
            f"二、核对本介质有没有损坏，不用密钥：计算各文件的摘要，与 {SHA512}、{SM3} 比。",
            f"    Linux：sha512sum -c {SHA512}",
            f"    Windows：certutil -hashfile {package} SHA512",
            f"    不符时，{BLOCKS} 每行是 {BLOCK} 字节一块的起始字节和 SHA-512，可看出坏在哪一段。",
            "",
            *_opening(cover.recipients, package=package),
            "",
            "四、解开后是一个 BagIt 包（RFC 8493）：",
            f"    data/{CATALOGUE_HTML} 用浏览器看，data/{CATALOGUE_CSV} 用表格软件看。",
            f"    data/{OBJECTS} 是 OCFL 1.1 存储根（https://ocfl.io/1.1/spec/），各对象的文件夹见目录。",
            f"    data/{KEYS} 是库内另行加密的对象的数据密钥；没有这类对象时没有这个文件夹。",
            "    manifest-sha512.txt、manifest-sm3.txt 是每个文件的摘要。",
            "",
            "五、发现损坏或打不开，请用同一编号的另一份介质，并告知保管单位。",
            "",
        ]
    )


def _opening(recipients: Sequence[Recipient], *, package: str) -> list[str]:
    if method_of(recipients) == AGE:
        return [
            "三、打开：加密格式是 age（https://age-encryption.org/v1），任何一位保管人的私钥都能打开：",
            f"    age -d -i 私钥文件 {package} | tar -x",
        ]
    return [
        "三、打开：正文用 SM4-GCM（GB/T 32907）分块加密，密钥用 SM2（GB/T 32918）分别加密给各保管人。",
        "    文件开头依次是 NLM1、四字节长度、JSON（wrapped 是 SM2 密文，DER 编码，十六进制）、加密文件。",
        "    加密文件开头是 NLS1、一字节 2、七字节随机数；以后每块 1048576 字节密文加 16 字节校验。",
        "    SM4 密钥由解出的 32 字节经 HKDF-SM3（信息“NLS1 SM4-GCM”）得到 16 字节。",
        "    每块的随机数是七字节随机数、四字节块号、一字节（末块为 1）；附加数据是十二字节开头",
        "    加“nianlun-media-package”。解密后是 tar。",
    ]


def sums_file(sums: Mapping[str, str]) -> bytes:
    """Digests by file name in the form that `sha512sum -c` reads."""
    return "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()


def read_sums(raw: bytes) -> dict[str, str]:
    """Digests by file name; lines that are none are left out, the files they were about then lack a digest."""
    lines = raw.decode(errors="replace").splitlines()
    return {found[2]: found[1] for line in lines if (found := _SUM.fullmatch(line))}


def blocks_file(digests: Sequence[str]) -> bytes:
    """The SHA-512 of each block of the package, with the byte it begins at."""
    return "".join(f"{number * BLOCK} {digest}\n" for number, digest in enumerate(digests)).encode()


def read_blocks(raw: bytes) -> dict[int, str]:
    """SHA-512 by the byte at which a block begins."""
    lines = raw.decode(errors="replace").splitlines()
    return {int(found[1]): found[2] for line in lines if (found := _BLOCK_LINE.fullmatch(line))}


def catalogue_csv(files: Sequence[Listed]) -> bytes:
    """目录.csv, with the mark by which spreadsheets know that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_row(file) for file in files)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def read_catalogue(raw: bytes) -> dict[str, str]:
    """Folder below the OCFL root by object id. Raises `PackageDamaged` for what is no such table."""
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig", errors="replace")))
    try:
        return {
            row["对象编号"]: row["对象文件夹"]
            for row in rows
            if row.get("对象编号") and row.get("对象文件夹")
        }
    except csv.Error as error:
        raise PackageDamaged("加密包里的目录读不懂。这不是本系统封装的包。") from error


def catalogue_html(files: Sequence[Listed], *, title: str) -> bytes:
    """目录.html: one page without scripts, each file linked to its bytes."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in _COLUMNS[:4])
    rows = "".join(
        f"<tr><td>{html.escape(file.object_id)}</td><td>{file.version}</td>"
        f'<td><a href="{html.escape(f"{OBJECTS}/{file.folder}/{file.content}")}">{html.escape(file.path)}</a>'
        f"</td><td>{file.size}</td></tr>\n"
        for file in files
    )
    return (
        f'<!doctype html>\n<html lang="zh"><meta charset="utf-8"><title>{html.escape(title)}</title>\n'
        f"<h1>{html.escape(title)}</h1>\n<table border=1>\n<tr>{head}</tr>\n{rows}</table>\n"
    ).encode()


def bag_info(cover: Cover, *, at: datetime) -> list[tuple[str, str]]:
    """bag-info.txt: the reserved names of RFC 8493, then the same in the words of the archives."""
    return [
        ("Source-Organization", cover.holder),
        ("Bagging-Date", f"{at:%Y-%m-%d}"),
        ("External-Identifier", cover.number),
        ("来源", cover.holder),
        ("介质编号", cover.number),
        ("密级", cover.secrecy),
        ("数量", f"{cover.objects} 个对象"),
        ("形成日期", f"{at:%Y-%m-%d}"),
    ]


def _row(file: Listed) -> tuple[object, ...]:
    return (
        file.object_id, file.version, file.path, file.size, file.sha512, file.sm3, file.folder, file.content,
    )  # fmt: skip
