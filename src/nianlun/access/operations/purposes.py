"""Stating why a person's file is opened (S3.1)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from nianlun.access import domain, trail
from nianlun.access.domain import Viewer
from nianlun.access.models import Purpose


@transaction.atomic
def state_purpose(viewer: Viewer, *, person_id: UUID, purpose: str, at: datetime) -> None:
    """Keep why the viewer opens this person's file; it holds for eight hours. Raises `domain.NotAPurpose`."""
    text = domain.purpose_text(purpose)
    Purpose.objects.create(
        account_id=viewer.account_id,
        person_id=person_id,
        text=text,
        since=at,
        until=at + domain.PURPOSE_LASTS,
    )
    trail.record(trail.PURPOSE_STATED, by=viewer, person_id=person_id, purpose=text, at=at)
