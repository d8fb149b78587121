"""OFD files (GB/T 33190): what they hold and how their pages are put together. Runs in the sandbox.

ofdkit opens the package and its lenient XML (no DTD, no entities); pages are drawn by `drawing`.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from ofdkit import OFDError, OFDLimitError
from ofdkit.package import Package
from PIL import Image

from nianlun.digitization.reading import drawing
from nianlun.digitization.reading.curves import numbers
from nianlun.digitization.reading.refusals import MAX_PAGES, Refused, refusal
from nianlun.digitization.reading.values import Line

_A4 = (0.0, 0.0, 210.0, 297.0)  # millimetres
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_PNG_END = b"IEND\xaeB`\x82"
_MANY = 200_000  # drawn objects of a page; more is no letter


def name(element: Element) -> str:
    """The tag without its namespace: producers use several."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def children(element: Element | None, tag: str) -> Iterator[Element]:
    """Direct children of that name."""
    if element is not None:
        yield from (child for child in element if name(child) == tag)


def child(element: Element | None, tag: str) -> Element | None:
    """The first direct child of that name."""
    return next(children(element, tag), None)


def text_of(element: Element | None) -> str:
    """Its text, stripped; "" when it is not there."""
    return (element.text or "").strip() if element is not None else ""


@dataclass(slots=True)
class _Document:
    package: Package
    path: str
    root: Element
    box: tuple[float, ...]
    pages: list[tuple[str, str]] = field(default_factory=list)  # id, path
    templates: dict[str, str] = field(default_factory=dict)
    resources: drawing.Resources = field(default_factory=drawing.Resources)


def examine(source: BinaryIO) -> tuple[int, bool]:
    """The number of pages and whether they carry text. Raises `Refused`."""
    with _package(source) as package:
        try:
            documents = _documents(package)
            for document in documents:
                _refuse_active_content(document)
            pages = [page for document in documents for page in document.pages]
            if len(pages) > MAX_PAGES:
                raise refusal("too_many_pages", pages=f"{len(pages):,}")
            if not pages:
                raise refusal("not_decodable", why="里面没有页")
            has_text = any(
                any(name(element) == "TextCode" for element in package.read_xml(path).iter())
                for _, path in pages
            )
        except OFDError as reason:
            raise _damage(reason) from None
    return len(pages), has_text


def page(source: BinaryIO, *, number: int) -> tuple[Image.Image, tuple[Line, ...]]:
    """Page `number` (from 1, through all documents of the file) drawn at 200 dpi, and its lines of text."""
    with _package(source) as package:
        try:
            places = [(document, entry) for document in _documents(package) for entry in document.pages]
            if not 1 <= number <= len(places):
                raise refusal("no_such_page", pages=len(places), number=number)
            document, (page_id, path) = places[number - 1]
            return _draw(document, page_id=page_id, path=path, number=number)
        except OFDError as reason:
            raise _damage(reason) from None


def _package(source: BinaryIO) -> Package:
    source.seek(0)
    try:
        return Package(source)
    except OFDError as reason:
        raise _damage(reason) from None


def _damage(reason: OFDError) -> Refused:
    if isinstance(reason, OFDLimitError):
        return refusal("bomb", why="成员过大，或含有不许用的 DTD、实体")
    return refusal("not_decodable", why="OFD 的结构有损坏")


def _documents(package: Package) -> list[_Document]:
    entry = package.find("OFD.xml")
    if entry is None:
        raise refusal("not_decodable", why="缺少 OFD.xml")
    found = []
    for body in children(package.read_xml(entry), "DocBody"):
        path = package.resolve(entry, text_of(child(body, "DocRoot")))
        if path is None:
            continue
        document = _document(package, path)
        _add_seals(document, package.resolve(entry, text_of(child(body, "Signatures"))))
        found.append(document)
    if not found:
        raise refusal("not_decodable", why="找不到文档正文")
    return found


def _document(package: Package, path: str) -> _Document:
    root = package.read_xml(path)
    common = child(root, "CommonData")
    box = numbers(text_of(child(child(common, "PageArea"), "PhysicalBox")), 4) or _A4
    document = _Document(package=package, path=path, root=root, box=box)
    for template in children(common, "TemplatePage"):
        place = package.resolve(path, template.get("BaseLoc"))
        if place is not None:
            document.templates[template.get("ID", "")] = place
    for tag in ("PublicRes", "DocumentRes"):
        for reference in children(common, tag):
            _add_resources(document, package.resolve(path, text_of(reference)))
    for entry in children(child(root, "Pages"), "Page"):
        place = package.resolve(path, entry.get("BaseLoc"))
        if place is None:
            raise refusal("not_decodable", why="有一页的内容不在文件里")
        document.pages.append((entry.get("ID", ""), place))
    return document


def _add_resources(document: _Document, path: str | None) -> None:
    """Take up colours, line widths, pictures and composite units of one resource part, as far as it can be read."""
    if path is None:
        return
    try:
        root = document.package.read_xml(path)
    except OFDError:
        return  # a page without its decoration is still legible
    base = root.get("BaseLoc") or ""
    for media in children(child(root, "MultiMedias"), "MultiMedia"):
        place = text_of(child(media, "MediaFile"))
        for location in (posixpath.join(base, place), place):
            resolved = document.package.resolve(path, location)
            if resolved is not None:
                document.resources.pictures[media.get("ID", "")] = resolved
                break
    for parameter in children(child(root, "DrawParams"), "DrawParam"):
        document.resources.parameters[parameter.get("ID", "")] = parameter
    for unit in children(child(root, "CompositeGraphicUnits"), "CompositeGraphicUnit"):
        document.resources.units[unit.get("ID", "")] = unit


def _add_seals(document: _Document, path: str | None) -> None:
    """Electronic seals stand outside the pages, in the signatures; their picture lies inside the seal's DER."""
    package = document.package
    if path is None:
        return
    for entry in children(package.read_xml(path), "Signature"):
        place = package.resolve(path, entry.get("BaseLoc"))
        if place is None:
            continue
        signature = package.read_xml(place)
        signed = child(signature, "SignedInfo")
        parts = [text_of(child(child(signed, "Seal"), "BaseLoc")), text_of(child(signature, "SignedValue"))]
        picture = next(
            filter(None, (_seal_picture(package, package.resolve(place, part)) for part in parts)), None
        )
        for stamp in children(signed, "StampAnnot"):
            box = numbers(stamp.get("Boundary"), 4)
            if box is not None and picture is not None:
                document.resources.seals.append((stamp.get("PageRef", ""), box, picture))


def _seal_picture(package: Package, path: str | None) -> bytes | None:
    if path is None:
        return None
    data: bytes = package.read(path)
    for signature in _PICTURES:
        start = data.find(signature)
        if start >= 0:
            end = data.find(_PNG_END, start)
            return data[start : end + len(_PNG_END)] if end > 0 else data[start:]
    return None


def _refuse_active_content(document: _Document) -> None:
    """Media, links into attachments and attached files go aside (S4.4); XML data of an e-invoice belongs to it."""
    found = {
        {"Sound": "声音", "Movie": "影片", "GotoA": "打开附件的动作"}[name(element)]
        for element in document.root.iter()
        if name(element) in ("Sound", "Movie", "GotoA")
    }
    place = document.package.resolve(document.path, text_of(child(document.root, "Attachments")))
    if place is not None:
        for attachment in children(document.package.read_xml(place), "Attachment"):
            if not text_of(child(attachment, "FileLoc")).lower().endswith(".xml"):
                found.add("附件")
    if found:
        raise refusal("has_script", what="、".join(sorted(found)))


def _draw(
    document: _Document, *, page_id: str, path: str, number: int
) -> tuple[Image.Image, tuple[Line, ...]]:
    package = document.package
    root = package.read_xml(path)
    for reference in children(root, "PageRes"):
        _add_resources(document, package.resolve(path, text_of(reference)))
    box = numbers(text_of(child(child(root, "Area"), "PhysicalBox")), 4) or document.box
    if not (0 < box[2] < 5000 and 0 < box[3] < 5000):
        raise refusal("not_decodable", why=f"第 {number} 页没有正常的宽和高")
    sheet = drawing.Sheet(box=box, resources=document.resources, read=package.read)
    behind: list[Element] = []
    before: list[Element] = []
    for reference in children(root, "Template"):
        place = document.templates.get(reference.get("TemplateID", ""))
        if place is not None:
            (before if reference.get("ZOrder") == "Foreground" else behind).append(package.read_xml(place))
    for part in (*behind, root, *before):
        for layer in children(child(part, "Content"), "Layer"):
            sheet.draw(list(layer), parameter=layer.get("DrawParam"))
    for annotations in _annotations(document, page_id):
        for note in children(annotations, "Annot"):
            for look in children(note, "Appearance"):
                sheet.draw_appearance(look, readable=note.get("Type") != "Watermark")
    for reference_id, where, picture in document.resources.seals:
        if reference_id == page_id:
            sheet.draw_seal(where, picture)
    if sheet.drawn > _MANY:
        raise refusal("not_decodable", why=f"第 {number} 页的图元超过 {_MANY:,} 个")
    return sheet.image, sheet.lines()


def _annotations(document: _Document, page_id: str) -> Iterator[Element]:
    package: Any = document.package
    place = package.resolve(document.path, text_of(child(document.root, "Annotations")))
    if place is None:
        return
    for entry in children(package.read_xml(place), "Page"):
        if entry.get("PageID") == page_id:
            notes = package.resolve(place, text_of(child(entry, "FileLoc")))
            if notes is not None:
                yield package.read_xml(notes)
