"""What nobody needs any more is deleted after its time, in pieces, and the journal says how much."""

from datetime import timedelta

import pytest
from django.db.models.query import QuerySet
from django.utils import timezone
from tests import factories

from nianlun.access.domain import Outcome, SessionEnd
from nianlun.access.models import Attempt, PasswordRequest, Session
from nianlun.access.operations import Pruned, prune, pruning
from nianlun.journal.models import Entry


class Killed(BaseException):
    """As a kill -9 would end it."""


pytestmark = pytest.mark.django_db(transaction=True)


def old_rows(viewer, *, days: int, many: int = 3):
    at = timezone.now() - timedelta(days=days)
    Attempt.objects.bulk_create(
        Attempt(login_digest=bytes([n]) * 32, at=at, outcome=Outcome.HALFWAY) for n in range(many)
    )
    factories.client_of(viewer)
    ended = {"seen_at": at, "ended_at": at, "ended_why": SessionEnd.SIGNED_OUT}
    Session.objects.filter(account_id=viewer.account_id).update(**ended)
    PasswordRequest.objects.create(account_id=viewer.account_id, asked_at=at, closed_at=at)


def test_what_is_over_its_time_goes_and_the_rest_stays(viewer, monkeypatch):
    monkeypatch.setattr(pruning, "A_BATCH", 2)
    clerk, other = viewer("clerk"), viewer("clerk")
    old_rows(clerk, days=91)
    old_rows(other, days=29)
    factories.client_of(clerk)
    assert prune(at=timezone.now()) == Pruned(sessions=1, attempts=3, requests=1)
    assert (Session.objects.count(), Attempt.objects.count(), PasswordRequest.objects.count()) == (2, 3, 1)
    assert Entry.objects.get(action="access.pruned").details["attempts"] == 3
    assert prune(at=timezone.now()) == Pruned()
    assert Entry.objects.filter(action="access.pruned").count() == 1


def test_cut_off_in_the_middle_the_next_run_goes_on(viewer, monkeypatch):
    monkeypatch.setattr(pruning, "A_BATCH", 1)
    old_rows(viewer("clerk"), days=91, many=5)
    deleted: list[type] = []

    def killed(rows):
        if rows.model is Attempt and len(deleted) == 3:
            raise Killed
        deleted.append(rows.model)
        return original(rows)

    original = QuerySet.delete
    monkeypatch.setattr(QuerySet, "delete", killed)
    with pytest.raises(Killed):
        prune(at=timezone.now())
    monkeypatch.setattr(QuerySet, "delete", original)
    left = Attempt.objects.count()
    assert 0 < left < 5
    assert prune(at=timezone.now()).attempts == left
