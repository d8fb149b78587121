"""Whether a storage root and everything in it is whole (OCFL 1.1 §4)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nianlun.vault.ocfl import staging
from nianlun.vault.ocfl.check_inventory import SPECIFICATIONS
from nianlun.vault.ocfl.check_object import REGISTERED_EXTENSIONS, verify_object
from nianlun.vault.ocfl.faults import Damaged, NotARoot
from nianlun.vault.ocfl.findings import LEFT_OVER, MISPLACED, TWICE, Finding, Findings
from nianlun.vault.ocfl.hierarchy import walk
from nianlun.vault.ocfl.inventory import Inventory
from nianlun.vault.ocfl.layout import Layout, read_layout

_SENTENCES = {
    "E072": "不属于任何对象的文件",
    "E073": "空文件夹",
    "E090": "链接，库里不许有链接",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RootReport:
    """Outcome of a check: how many objects were read and what was found."""

    objects: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return not any(finding.is_damage for finding in self.findings)


def verify_root(
    path: Path, *, each: Callable[[str, list[Finding]], None] = lambda object_id, found: None
) -> RootReport:
    """Check a storage root and all its objects, changing nothing; `each` is told of every object when it is done."""
    top = Findings(str(path))
    _check_declaration(path, top)
    layout = _layout(path, top)
    _check_extensions(path, top)
    findings, seen = list[Finding](), dict[str, Path]()
    for place, code in walk(path):
        if code:
            top.add(code, f"{place.relative_to(path)} 是{_SENTENCES[code]}")
            continue
        found = verify_object(place)
        object_id = _id_of(place)
        if object_id:
            found += _check_place(object_id, place, root=path, layout=layout, seen=seen)
        found += _check_specification(object_id or str(place), place, top_declarations=path)
        seen[object_id or str(place)] = place
        findings += found
        each(object_id or str(place), found)
    for leftover in staging.leftovers(path):
        about = leftover.object_id or "不明对象"
        top.add(
            LEFT_OVER,
            f"{about} 有一次没有完成的存入，留下 {leftover.size} 字节；对象本身不受影响，可以清理",
        )
    return RootReport(objects=len(seen), findings=(*top.found, *findings))


def is_root(path: Path) -> bool:
    return any(path.glob("0=ocfl_[0-9]*")) or ((path / "ocfl_layout.json").exists())


def _check_declaration(path: Path, top: Findings) -> None:
    declarations = sorted(entry.name for entry in path.glob("0=*"))
    if not declarations:
        top.add("E069", "没有档案库的版本声明文件")
    elif len(declarations) > 1:
        top.add("E076", f"版本声明文件多于一个：{'、'.join(declarations)}")
    for name in declarations:
        if name.removeprefix("0=ocfl_") not in SPECIFICATIONS:
            top.add("E079", f"版本声明 {name} 不是 OCFL 1.0 或 1.1 的档案库")
        elif (path / name).read_bytes() != name.removeprefix("0=").encode() + b"\n":
            top.add("E080", f"版本声明 {name} 的内容不符")


def _layout(path: Path, top: Findings) -> Layout | None:
    try:
        return read_layout(path)
    except NotARoot as fault:
        top.add("E070", str(fault))
        return None


def _check_extensions(path: Path, top: Findings) -> None:
    folder = path / "extensions"
    for entry in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not entry.is_dir():
            top.add("E112", f"extensions 里多出文件 {entry.name}")
        elif entry.name not in REGISTERED_EXTENSIONS | {staging.EXTENSION}:
            top.add("W016", f"extensions 里的 {entry.name} 不是登记过的扩展")


def _id_of(place: Path) -> str:
    try:
        return Inventory.read(place).object_id
    except Damaged:
        return ""


def _check_place(
    object_id: str, place: Path, *, root: Path, layout: Layout | None, seen: dict[str, Path]
) -> list[Finding]:
    here = place.relative_to(root)
    found = []
    if object_id in seen:
        other = seen[object_id].relative_to(root)
        found.append(Finding(object_id, TWICE, f"同一编号有两个对象：{other} 和 {here}"))
    if layout and here != Path(layout.path_of(object_id)):
        found.append(
            Finding(object_id, MISPLACED, f"对象放错了位置：在 {here}，应在 {layout.path_of(object_id)}")
        )
    return found


def _check_specification(name: str, place: Path, *, top_declarations: Path) -> list[Finding]:
    """An object may not follow a later specification than its root (E081)."""
    roots = [p.name.removeprefix("0=ocfl_") for p in top_declarations.glob("0=ocfl_*")]
    objects = [p.name.removeprefix("0=ocfl_object_") for p in place.glob("0=ocfl_object_*")]
    if roots and objects and max(objects) > max(roots):
        return [Finding(name, "E081", f"对象的规格 {max(objects)} 晚于档案库的 {max(roots)}")]
    return []
