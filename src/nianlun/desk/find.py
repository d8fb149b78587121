"""Searching across components for one viewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from nianlun.access.domain import Viewer
from nianlun.archives import queries as archives
from nianlun.archives.queries import ItemLine
from nianlun.digitization import queries as digitization
from nianlun.digitization.queries import TextHit
from nianlun.registry import queries as registry
from nianlun.registry.domain import EmployerLine, PersonLine

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one search gave, by kind; `items` also describes the items of `texts`."""

    persons: Sequence[PersonLine]
    items: Sequence[ItemLine]
    employers: Sequence[EmployerLine]
    texts: Sequence[TextHit]
    text_items: Mapping[UUID, ItemLine]
    names: Mapping[UUID, str]

    @property
    def rows(self) -> int:
        return len(self.persons) + len(self.items) + len(self.employers) + len(self.texts)


def find(viewer: Viewer, text: str, *, limit: int = MOST) -> Found:
    """Search names and numbers of persons, codes and titles of items, employers, and words inside pages."""
    items = archives.search_items(viewer, text, limit=limit)
    texts = digitization.search_text(viewer, text, limit=limit)
    text_items = archives.items(hit.item_id for hit in texts)
    owners = [i.person_id for i in (*items, *text_items.values()) if i.person_id]
    return Found(
        persons=registry.search_persons(viewer, text, limit=limit),
        items=items,
        employers=registry.search_employers(viewer, text, limit=limit),
        texts=texts,
        text_items=text_items,
        names=registry.person_names(viewer, owners),
    )
