"""Which format a file really is, by its content; names and extensions are only compared with it (security S4.2)."""

import unicodedata
import zipfile
from enum import StrEnum
from typing import BinaryIO

from nianlun.digitization.reading.refusals import MAX_ZIP_MEMBERS, MAX_ZIP_RATIO, refusal


class Format(StrEnum):
    """The formats a page can be read from."""

    PDF = "pdf"
    TIFF = "tiff"
    JPEG = "jpeg"
    PNG = "png"
    OFD = "ofd"

    @property
    def media_type(self) -> str:
        return {
            "pdf": "application/pdf",
            "tiff": "image/tiff",
            "jpeg": "image/jpeg",
            "png": "image/png",
            "ofd": "application/ofd",
        }[self.value]

    @property
    def extensions(self) -> tuple[str, ...]:
        """Extensions the format goes by, the usual one first."""
        return {
            "pdf": (".pdf",),
            "tiff": (".tif", ".tiff"),
            "jpeg": (".jpg", ".jpeg", ".jpe"),
            "png": (".png",),
            "ofd": (".ofd",),
        }[self.value]

    @property
    def label(self) -> str:
        """What a person calls it."""
        return {
            "pdf": "PDF 文件",
            "tiff": "TIFF 图像",
            "jpeg": "JPEG 图像",
            "png": "PNG 图像",
            "ofd": "OFD 文件",
        }[self.value]


_HEAD_BYTES = 4096
_OURS = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),  # BigTIFF
    (b"MM\0+", Format.TIFF),
    (b"%PDF-", Format.PDF),
)
# Formats people do send, by signature at an offset, so that the refusal can name what it found.
_FOREIGN = (
    (0, b"GIF8", "GIF 图像"),
    (0, b"BM", "BMP 图像"),
    (0, b"\0\0\1\0", "图标文件"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000 图像"),
    (0, b"\xffO\xffQ", "JPEG 2000 码流"),
    (0, b"8BPS", "Photoshop 图像"),
    (0, b"gimp xcf", "GIMP 图像"),
    (8, b"WEBP", "WebP 图像"),
    (8, b"WAVE", "WAV 录音"),
    (8, b"AVI ", "AVI 录像"),
    (4, b"ftypheic", "HEIC 图像"),
    (4, b"ftypmif1", "HEIF 图像"),
    (4, b"ftypavif", "AVIF 图像"),
    (4, b"ftyp", "MP4 或 MOV 录像"),
    (4, b"moov", "MOV 录像"),
    (4, b"mdat", "MOV 录像"),
    (4, b"wide", "MOV 录像"),
    (0, b"ID3", "MP3 录音"),
    (0, b"\xff\xfb", "MP3 录音"),
    (0, b"fLaC", "FLAC 录音"),
    (0, b"OggS", "Ogg 录音"),
    (0, b"FLV", "FLV 录像"),
    (0, b"\x1aE\xdf\xa3", "MKV 录像"),
    (0, b"\0\0\1\xba", "MPEG 录像"),
    (0, b"\xd0\xcf\x11\xe0", "旧版 Office 文档"),
    (0, b"{\\rtf", "RTF 文档"),
    (0, b"Rar!", "RAR 压缩包"),
    (0, b"7z\xbc\xaf", "7z 压缩包"),
    (0, b"\x1f\x8b", "gzip 压缩包"),
    (0, b"BZh", "bzip2 压缩包"),
    (0, b"\xfd7zXZ", "xz 压缩包"),
    (0, b"(\xb5/\xfd", "zstd 压缩包"),
    (257, b"ustar", "tar 打包文件"),
    (0, b"MZ", "Windows 程序"),
    (0, b"\x7fELF", "Linux 程序"),
    (0, b"#!", "脚本程序"),
    (0, b"SQLite format 3", "SQLite 数据库"),
    (4, b"Standard Jet DB", "Access 数据库"),
)


def identify(source: BinaryIO) -> Format:
    """The format of an open file by its content. Raises `Refused` with `empty`, `wrong_type`, `bomb`, `truncated`."""
    source.seek(0)
    head = source.read(_HEAD_BYTES)
    if not head:
        raise refusal("empty")
    for signature, found in _OURS:
        if head.startswith(signature):
            return found
    if head.startswith(b"PK"):
        return _identify_zip(source)
    raise refusal("wrong_type", found=_name_of(head))


def _identify_zip(source: BinaryIO) -> Format:
    """OFD is a zip with OFD.xml at its root; other zips are named, after the fence against bombs."""
    try:
        with zipfile.ZipFile(source) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError):
        raise refusal("truncated") from None
    names = {member.filename.lstrip("/").lower() for member in members}
    if "ofd.xml" not in names:
        raise refusal("wrong_type", found=_zip_name(names))
    if len(members) > MAX_ZIP_MEMBERS:
        raise refusal("bomb", why=f"内有 {len(members):,} 个成员，上限 {MAX_ZIP_MEMBERS:,} 个")
    if any(member.flag_bits & 1 for member in members):
        raise refusal("encrypted")
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    # A page of blanks compresses well too: below a few megabytes the ratio harms nobody.
    if unpacked > 4 * 1024 * 1024 and unpacked > MAX_ZIP_RATIO * max(packed, 1):
        raise refusal("bomb", why=f"解压比超过 {MAX_ZIP_RATIO}")
    return Format.OFD


def _zip_name(names: set[str]) -> str:
    for start, found in (("word/", "Word 文档"), ("xl/", "Excel 工作簿"), ("ppt/", "PowerPoint 演示文稿")):
        if any(name.startswith(start) for name in names):
            return found
    if "mimetype" in names and "content.xml" in names:
        return "OpenDocument 文档"
    if "mimetype" in names and "meta-inf/container.xml" in names:
        return "EPUB 电子书"
    return "ZIP 压缩包"


def _name_of(head: bytes) -> str:
    for offset, signature, found in _FOREIGN:
        if head[offset : offset + len(signature)] == signature:
            return found
    if b"%PDF-" in head[:1024]:
        return "前面混有其他内容的 PDF"  # two formats in one file are a way past scanners
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "SVG 图形"
    if start.startswith((b"<!doctype html", b"<html")):
        return "网页"
    if start.startswith(b"<?xml"):
        return "XML 数据"
    return "纯文本" if _is_text(head) else "认不出的内容"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as reason:
            if reason.start >= len(head) - 4:  # the cut fell inside a character
                return True
            continue
        return True
    return False


def check_name(name: str) -> None:
    """Refuse (`bad_name`) a file name that is a path, hides its ending or cannot be shown."""
    if not name or not name.strip(" ."):
        raise refusal("bad_name", why="名字是空的")
    if "/" in name or "\\" in name or name in (".", ".."):
        raise refusal("bad_name", why="名字里带有路径")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name):
        raise refusal("bad_name", why="名字里有看不见的控制字符")
    if len(name.encode(errors="replace")) > 255:
        raise refusal("bad_name", why="名字超过 255 字节")


def check_extension(name: str, found: Format) -> None:
    """Refuse (`wrong_extension`) a name whose ending promises another format than the content is (S4.2)."""
    dot = name.rfind(".")
    extension = name[dot:].lower() if dot > 0 else ""
    if extension not in found.extensions:
        raise refusal("wrong_extension", extension=extension or "（没有扩展名）", found=found.label)
