"""Reading the files of one region from outside: a .zip or several .toml, none of which is believed."""

import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from nianlun.lawbook.domain import LARGEST_TEXT, NotATable, file_text, folder, path_of
from nianlun.policy.tables import NATION

LARGEST_UPLOAD = 2 * 1024 * 1024  # bytes, as sent
LARGEST_TOTAL = 6 * 1024 * 1024  # bytes, unpacked
MOST_FILES = 300
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """The files of one folder, each read once and found to be a table."""

    region: str
    files: Mapping[str, str]


def read_incoming(uploads: Sequence[tuple[str, bytes]], *, region: str = "") -> Incoming:
    """Read uploads given by name and content. `region` is the folder where the names do not say it.

    Raises `NotATable` with what is wrong and what to do; then nothing was taken.
    """
    if not uploads:
        raise NotATable("请选择一个 .zip，或同一地区的若干 .toml 文件。")
    if sum(len(content) for _, content in uploads) > LARGEST_UPLOAD:
        raise NotATable(
            f"一共超过 {LARGEST_UPLOAD // 1024 // 1024} MB，没有收下。一个地区的政策表用不到这么大。"
        )
    if len(uploads) == 1 and uploads[0][0].lower().endswith(".zip"):
        members = _members(uploads[0][1])
    else:
        members = [(name.replace("\\", "/").rpartition("/")[2], content) for name, content in uploads]
    if len(members) > MOST_FILES:
        raise NotATable(f"文件超过 {MOST_FILES} 个，没有收下。一次只导入一个地区。")
    return _read(members, region=region)


def _read(members: Sequence[tuple[str, bytes]], *, region: str) -> Incoming:
    files: dict[str, str] = {}
    folders: set[str] = set()
    for name, content in members:
        before, _, last = name.rpartition("/")
        if not last.endswith(".toml"):
            raise NotATable(f"“{_shown(name)}”不是 .toml 文件，没有收下。压缩包里只放政策表。")
        here = folder(before or region or _missing_region())
        path = path_of(region=here, table=last.removesuffix(".toml"))
        folders.add(here)
        if path in files:
            raise NotATable(f"{path} 有两份，不知道用哪一份。请只留一份。")
        files[path] = _text(content, path)
    if len(folders) > 1 or (region and folders != {region}):
        raise NotATable(
            f"一次只导入一个地区，这里有 {'、'.join(sorted(folders | ({region} if region else set())))}。"
        )
    if not files:
        raise NotATable("里面没有政策表。请核对选的是不是要导入的文件。")
    for path, text in files.items():
        file_text(text, path=path)
    return Incoming(region=folders.pop(), files=files)


def _missing_region() -> str:
    raise NotATable(f"没有写明地区。请选地区，或把文件放进以 {NATION} 或六位代码命名的文件夹再压缩。")


def _text(content: bytes, path: str) -> str:
    if len(content) > LARGEST_TEXT:
        raise NotATable(f"{path} 超过 {LARGEST_TEXT // 1024} KB，没有收下。")
    try:
        return content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise NotATable(f"{path} 不是 UTF-8 文字。请另存为 UTF-8。") from None


def _members(content: bytes) -> list[tuple[str, bytes]]:
    """The files in a zip. Sizes are counted while unpacking, since what a zip says of itself may be a lie."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES * 2:
                raise NotATable(f"压缩包里的文件超过 {MOST_FILES} 个，没有收下。")
            found: list[tuple[str, bytes]] = []
            left = LARGEST_TOTAL
            for entry in entries:
                if entry.is_dir():
                    continue
                data = _unpacked(archive, entry, most=min(left, LARGEST_TEXT))
                left -= len(data)
                found.append((entry.filename, data))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        if isinstance(error, NotATable):
            raise
        raise NotATable("压缩包打不开，可能已损坏。请重新压缩为普通的 .zip。") from error
    return found


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int) -> bytes:
    if entry.flag_bits & _ENCRYPTED:
        raise NotATable("压缩包有口令，没有收下。请不设口令重新压缩。")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise NotATable(f"“{_shown(entry.filename)}”是链接，没有收下。压缩包里只放政策表。")
    with archive.open(entry) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise NotATable(f"“{_shown(entry.filename)}”解开后太大，没有收下。")
    return data


def _shown(name: str) -> str:
    return "".join(character for character in name if character.isprintable())[:60]
