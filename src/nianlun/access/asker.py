"""Who is asking, as the gate has recognised them, and what they must have done before: a purpose, a fresh proof."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from nianlun.access import queries, stepping_up
from nianlun.access.domain import NotVisible, Viewer
from nianlun.access.queries import SignedIn
from nianlun.access.stepping_up import NotFresh


class PurposeMissing(Exception):
    """A person's file is asked for without a stated purpose (S3.1); answered with the form for stating one."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(str(person_id))
        self.person_id = person_id


def viewer(request: HttpRequest) -> Viewer:
    """Who is asking. Raises `NotVisible` on an open page that nobody is signed in to."""
    found = viewer_or_none(request)
    if found is None:
        raise NotVisible
    return found


def viewer_or_none(request: HttpRequest) -> Viewer | None:
    """Who is asking, or None for somebody not signed in."""
    found = getattr(request, "viewer", None)
    return found if isinstance(found, Viewer) else None


def signed_in(request: HttpRequest) -> SignedIn:
    """The session the request belongs to. Raises `NotVisible` where nobody is signed in."""
    found = signed_in_or_none(request)
    if found is None:
        raise NotVisible
    return found


def signed_in_or_none(request: HttpRequest) -> SignedIn | None:
    """The session the request belongs to, or None for somebody not signed in."""
    found = getattr(request, "signed_in", None)
    return found if isinstance(found, SignedIn) else None


def require_fresh(request: HttpRequest) -> None:
    """Return where the second factor was proven within five minutes (S1.7). Raises `NotFresh`, which asks for it."""
    if not stepping_up.is_open(signed_in(request), at=timezone.now()):
        raise NotFresh


def purpose_for(request: HttpRequest, person_id: UUID) -> str:
    """The purpose for which this viewer has this person's file open. Raises `PurposeMissing`."""
    purpose = queries.current_purpose(viewer(request), person_id=person_id, at=timezone.now())
    if purpose is None:
        raise PurposeMissing(person_id)
    return purpose
