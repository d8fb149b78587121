"""A decision asks once more, inside its transaction, whether who decides still may."""

import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction
from tests import factories
from tests.locks import wait_until_somebody_waits_for_a_lock

from nianlun.access import operations, queries
from nianlun.access.domain import NotVisible
from nianlun.access.models import Account


@pytest.mark.django_db
def test_the_viewer_comes_back_as_the_account_is_now_and_from_the_same_browser(viewer):
    clerk = replace(viewer("clerk"), device="f00d")
    factories.change_post(clerk, "reviewer")
    now_is = queries.still(clerk)
    assert (now_is.role.value, now_is.device) == ("reviewer", "f00d")


@pytest.mark.django_db
def test_somebody_switched_off_a_moment_ago_decides_nothing(viewer, now):
    clerk = viewer("clerk")
    operations.set_active(viewer("system_officer"), account_id=clerk.account_id, active=False, at=now)
    with pytest.raises(NotVisible):
        queries.still(clerk)


@pytest.mark.django_db(transaction=True)
def test_switching_off_waits_for_the_decision_under_way(viewer, now):
    clerk, officer = viewer("clerk"), viewer("system_officer")
    with pytest.raises(RuntimeError):
        queries.still(clerk)
    done = threading.Event()

    def switch_off():
        try:
            operations.set_active(officer, account_id=clerk.account_id, active=False, at=now)
            done.set()
        finally:
            connection.close()

    other = threading.Thread(target=switch_off)
    with transaction.atomic():
        queries.still(clerk)
        other.start()
        wait_until_somebody_waits_for_a_lock()
        assert not done.is_set()
    other.join(10)
    assert not Account.objects.get(pk=clerk.account_id).is_active
