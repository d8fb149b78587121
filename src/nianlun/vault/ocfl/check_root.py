"""Whether a storage root and everything in it is whole (OCFL 1.1 §4)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from nianlun.vault.ocfl.beside import destroyed_file, key_file, offline_file
from nianlun.vault.ocfl.check_inventory import SPECIFICATIONS
from nianlun.vault.ocfl.check_object import Options, Verdict, examine_object
from nianlun.vault.ocfl.faults import Damaged, NotARoot, Unreachable
from nianlun.vault.ocfl.findings import (
    KEY_MISSING,
    LEFT_OVER,
    MISPLACED,
    STILL_THERE,
    TWICE,
    UNANSWERED,
    UNREADABLE,
    Finding,
    Findings,
    lawfully_destroyed,
)
from nianlun.vault.ocfl.folder_tree import FolderTree
from nianlun.vault.ocfl.hierarchy import DEEPEST
from nianlun.vault.ocfl.inventory import Inventory
from nianlun.vault.ocfl.layout import Layout, find_layout
from nianlun.vault.ocfl.side_by_side import side_by_side
from nianlun.vault.ocfl.tree import DESTROYED, OURS, REGISTERED_EXTENSIONS, Kind, Tree

_SENTENCES = {
    "E072": "是不属于任何对象的文件",
    "E073": "是空文件夹",
    "E090": "是链接或特殊文件，库里不许有",
    UNREADABLE: f"读不出，或文件夹套了 {DEEPEST} 层还多，里面的对象这次没能核对",
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
    where: Path | Tree,
    *,
    sm3: bool = False,
    each: Callable[[str, list[Finding]], None] = lambda object_id, found: None,
) -> RootReport:
    """Check a storage root and all its objects, changing nothing; `each` is told of every object when it is done.

    Objects are read two at a time and told of in the order of their places. Memory does not grow with their
    number. `sm3` recomputes SM3 too, which takes twice the time and says nothing that SHA-512 does not.
    Raises `Unreachable` if a store does not answer at all; an object that cannot be had is a finding.
    """
    tree = FolderTree(where) if isinstance(where, Path) else where
    top = Findings(tree.name)
    for look in (_check_declaration, _check_extensions, _check_leftovers):
        with top.telling():
            look(tree, top)
    books = Books.of(tree, top=top)
    findings, objects = list[Finding](), 0
    answers = side_by_side(lambda found: _examine(books, *found, sm3=sm3), tree.walk())
    for path, code, verdict in answers:
        if verdict is None:
            top.add(code, f"{path} {_SENTENCES[code]}")
            continue
        objects += 1
        verdict.findings.extend(books.twice(verdict, path))
        findings += verdict.findings
        each(verdict.object_id or tree.place(path).name, verdict.findings)
    return RootReport(objects=objects, findings=(*top.found, *findings))


def verify_stored(tree: Tree, object_id: str, *, layout: Layout, sm3: bool = False) -> list[Finding]:
    """Everything wrong with one object of a root, its place and its key included; empty means whole and there."""
    books = Books.of(tree, layout=layout)
    return books.examine(str(layout.path_of(object_id)), Options(sm3=sm3), object_id=object_id).findings


def is_root(path: Path) -> bool:
    return any(path.glob("0=ocfl_[0-9]*")) or ((path / "ocfl_layout.json").exists())


@dataclass(slots=True)
class Books:
    """What a root says of its objects beside them: where they belong, whose keys it has, which are gone."""

    tree: Tree
    layout: Layout | None
    specification: str
    has_marks: bool
    _elsewhere: dict[str, str] = field(
        default_factory=dict
    )  # ids met out of place; few, or all without layout

    @classmethod
    def of(cls, tree: Tree, *, layout: Layout | None = None, top: Findings | None = None) -> "Books":
        """Read them; with `top`, for a check of everything, a layout we cannot follow is a finding there (E070)."""
        has_marks = False
        if top is not None:
            with top.telling():
                try:
                    layout = find_layout(
                        lambda path: tree.read(path) if tree.exists(path) else None, shown=tree.name
                    )
                except NotARoot as fault:
                    top.add("E070", str(fault))
            with top.telling():
                has_marks = any(name != "config.json" for name in tree.look(f"extensions/{DESTROYED}"))
        declared = (number for number in reversed(SPECIFICATIONS) if tree.exists(f"0=ocfl_{number}"))
        return cls(tree, layout, next(declared, ""), has_marks)

    def examine(self, path: str, options: Options, *, object_id: str = "") -> Verdict:
        """Check the object at a place; `object_id` is the one that belongs there, where the caller knows it."""
        findings = Findings(object_id or self.tree.place(path).name)
        with findings.telling():
            return self._examine(path, options, object_id=object_id)
        return Verdict(findings=findings.found)

    def owner_of(self, path: str) -> str:
        """The id that belongs at a place, as far as the layout tells without looking at what lies there."""
        return self.layout.id_at(path) if self.layout else ""

    def _examine(self, path: str, options: Options, *, object_id: str) -> Verdict:
        place = self.tree.place(path)
        known = object_id or (self.owner_of(path) or self._id_at(path) if self.has_marks else "")
        gone = bool(known) and self._has(destroyed_file(known))
        if gone and not place.listing():
            return self._nothing_left(known)
        verdict = examine_object(place, replace(options, destroyed=gone), object_id=object_id)
        if gone and not place.listing():  # taken away while we looked
            return self._nothing_left(known)
        found, name = verdict.findings, verdict.object_id
        if gone:
            found += [*self._of_the_gone(known, in_clear=verdict.in_clear), lawfully_destroyed(known)]
        if name and self.layout and path != str(self.layout.path_of(name)):
            meant = self.layout.path_of(name)
            found.append(
                Finding(object_id or name, MISPLACED, f"对象 {name} 放错了位置：在 {path}，应在 {meant}")
            )
        if name and verdict.sealed and not gone and not self._has(key_file(name), offline_file(name)):
            found.append(Finding(name, KEY_MISSING, "对象已加密，它的密钥文件不见了，须从别的副本恢复"))
        if self.specification and verdict.specification > self.specification:
            later = f"对象的规格 {verdict.specification} 晚于档案库的 {self.specification}"
            found.append(Finding(name or place.name, "E081", later))
        return verdict

    def _nothing_left(self, object_id: str) -> Verdict:
        return Verdict(
            object_id=object_id, findings=[*self._of_the_gone(object_id), lawfully_destroyed(object_id)]
        )

    def _of_the_gone(self, object_id: str, *, in_clear: str = "") -> Iterator[Finding]:
        """What must not be there any more of an object that was destroyed: the mark excuses only what is gone."""
        if in_clear:
            yield Finding(
                object_id, STILL_THERE, f"标着已销毁，内容 {in_clear} 还在：须重做销毁，或查标记是谁写的"
            )
        if self._has(key_file(object_id)):
            yield Finding(object_id, STILL_THERE, "标着已销毁，密钥文件还在：须重做销毁，或查标记是谁写的")

    def twice(self, verdict: Verdict, path: str) -> Iterator[Finding]:
        """Whether this id was met at another place too. With a layout only misplaced objects need be remembered."""
        name = verdict.object_id
        if not name:
            return
        meant = str(self.layout.path_of(name)) if self.layout else ""
        key = name if meant else sha256(name.encode()).hexdigest()[:32]
        if path == meant:
            return
        other = self._elsewhere.get(key) or (meant if meant and self._id_at(meant) == name else "")
        if other:
            yield Finding(name, TWICE, f"同一编号有两个对象：{other} 和 {path}")
        self._elsewhere[key] = path

    def _has(self, *files: str) -> bool:
        return any(self.tree.exists(f"extensions/{file}") for file in files)

    def _id_at(self, path: str) -> str:
        try:
            return Inventory.found(self.tree.place(path).read, shown=path).object_id
        except Damaged:
            return ""


def _examine(books: Books, path: str, code: str, *, sm3: bool) -> tuple[str, str, Verdict | None]:
    owner = (
        books.owner_of(path) if code == "E090" else ""
    )  # a link in place of an object is that object's damage
    if code and not owner:
        return path, code, None
    try:
        return path, "", books.examine(path, Options(sm3=sm3, threads=1), object_id=owner)
    except Unreachable as fault:
        name = books.tree.place(path).name
        found = [Finding(name, UNANSWERED, f"这次没能核对：{fault}")]
        return path, "", Verdict(findings=found)


def _check_declaration(tree: Tree, top: Findings) -> None:
    declarations = [name for name in tree.look("") if name.startswith("0=")]
    if not declarations:
        top.add("E069", "没有档案库的版本声明文件")
    elif len(declarations) > 1:
        top.add("E076", f"版本声明文件多于一个：{'、'.join(declarations)}")
    for name in declarations:
        if name.removeprefix("0=ocfl_") not in SPECIFICATIONS:
            top.add("E079", f"版本声明 {name} 不是 OCFL 1.0 或 1.1 的档案库")
        elif tree.read(name) != name.removeprefix("0=").encode() + b"\n":
            top.add("E080", f"版本声明 {name} 的内容不符")


def _check_leftovers(tree: Tree, top: Findings) -> None:
    for leftover in tree.leftovers():
        about = leftover.object_id or "不明对象"
        top.add(
            LEFT_OVER,
            f"{about} 有一次没有完成的存入，留下 {leftover.size} 字节；对象本身不受影响，可以清理",
        )


def _check_extensions(tree: Tree, top: Findings) -> None:
    for name, kind in tree.look("extensions").items():
        if kind is not Kind.FOLDER:
            top.add("E112", f"extensions 里多出文件 {name}")
        elif name not in REGISTERED_EXTENSIONS | OURS:
            top.add("W016", f"extensions 里的 {name} 不是登记过的扩展")
