"""Finding the one person that a clerk names by identity number, personal number, id or exact name."""

from uuid import UUID

from nianlun.access.domain import NotVisible, Viewer
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine


class NoSuchPerson(Exception):
    """Nobody, or more than one, is meant; the message says so and what to do, in Chinese."""


def named(viewer: Viewer, text: str) -> PersonLine:
    """The one person in the viewer's scope whom the text names; raises `NoSuchPerson`."""
    text = text.strip()
    try:
        return registry.person(viewer, UUID(text))
    except NotVisible:
        raise NoSuchPerson("没有这个人，或不在您的辖区。请用证件号码重新查。") from None
    except ValueError:
        pass
    found = registry.search_persons(viewer, text, limit=3)
    exact = [p for p in found if p.name == text] or found
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise NoSuchPerson(f"“{text}”不止一人，请改填证件号码。")
    raise NoSuchPerson(f"没有找到“{text}”。请核对证件号码，或先登记参保人。")
