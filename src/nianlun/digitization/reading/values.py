"""What reading a page yields. Boxes are four points in pixels of the upright page image, clockwise from top left."""

from dataclasses import dataclass, field
from typing import Any, Self

Point = tuple[float, float]
Box = tuple[Point, Point, Point, Point]


def rectangle(left: float, top: float, right: float, bottom: float) -> Box:
    """The box of an upright rectangle."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _box_to_json(box: Box) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in box]


def _box_from_json(points: Any) -> Box:
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return (a, b, c, d)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text as read; confidence 0..1 is the engine's opinion, a hint only."""

    text: str
    box: Box
    confidence: float

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "box": _box_to_json(self.box), "confidence": round(self.confidence, 3)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            text=str(data["text"]), box=_box_from_json(data["box"]), confidence=float(data["confidence"])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A claim the page makes: a name of the glossary, the value in canonical text, where it stands.

    `raw` is the text as read before it was brought into canonical form; a reviewer sees both.
    """

    name: str
    value: str
    box: Box
    confidence: float
    raw: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "box": _box_to_json(self.box),
            "confidence": round(self.confidence, 3),
            "raw": self.raw,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            name=str(data["name"]),
            value=str(data["value"]),
            box=_box_from_json(data["box"]),
            confidence=float(data["confidence"]),
            raw=str(data.get("raw", "")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A red seal found on the page; shape is "round", "oval" or "square"; text is "" when not legible."""

    shape: str
    box: Box
    text: str
    confidence: float

    def to_json(self) -> dict[str, Any]:
        return {
            "shape": self.shape,
            "box": _box_to_json(self.box),
            "text": self.text,
            "confidence": round(self.confidence, 3),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            shape=str(data["shape"]),
            box=_box_from_json(data["box"]),
            text=str(data["text"]),
            confidence=float(data["confidence"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file that may be taken in: what it is and how many pages it has."""

    format: str
    media_type: str
    extension: str
    pages: int
    has_text_layer: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "media_type": self.media_type,
            "extension": self.extension,
            "pages": self.pages,
            "has_text_layer": self.has_text_layer,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            format=str(data["format"]),
            media_type=str(data["media_type"]),
            extension=str(data["extension"]),
            pages=int(data["pages"]),
            has_text_layer=bool(data["has_text_layer"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """One page as an upright picture of at most 2,339 pixels a side, made anew from fully decoded pixels.

    `rotation` is how many degrees clockwise the page of the file was turned to stand upright. `lines` hold the
    text layer where the page has one that can be trusted; `engine` then names its kind, else it is "".
    """

    content: bytes
    media_type: str
    width: int
    height: int
    rotation: int
    lines: tuple[Line, ...] = ()
    engine: str = ""

    def to_json(self) -> dict[str, Any]:
        """Everything but the bytes."""
        return {
            "media_type": self.media_type,
            "width": self.width,
            "height": self.height,
            "rotation": self.rotation,
            "lines": [line.to_json() for line in self.lines],
            "engine": self.engine,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], *, content: bytes) -> Self:
        return cls(
            content=content,
            media_type=str(data["media_type"]),
            width=int(data["width"]),
            height=int(data["height"]),
            rotation=int(data["rotation"]),
            lines=tuple(Line.from_json(line) for line in data["lines"]),
            engine=str(data["engine"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What one page says. `kind` is a `DocumentKind` value, or "blank"; `engine` is who read it, with its version."""

    width: int
    height: int
    kind: str
    engine: str
    lines: tuple[Line, ...] = field(default=())
    fields: tuple[Field, ...] = field(default=())
    seals: tuple[Seal, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "width": self.width,
            "height": self.height,
            "kind": self.kind,
            "engine": self.engine,
            "lines": [line.to_json() for line in self.lines],
            "fields": [found.to_json() for found in self.fields],
            "seals": [seal.to_json() for seal in self.seals],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(
            width=int(data["width"]),
            height=int(data["height"]),
            kind=str(data["kind"]),
            engine=str(data["engine"]),
            lines=tuple(Line.from_json(line) for line in data["lines"]),
            fields=tuple(Field.from_json(found) for found in data["fields"]),
            seals=tuple(Seal.from_json(seal) for seal in data["seals"]),
        )
