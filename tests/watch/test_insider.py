"""A clerk who reads one person after another through the real pages, until somebody asks why."""

import pytest

from nianlun.access import stops
from nianlun.journal.models import Entry
from nianlun.watch import alarms
from nianlun.watch.models import Sighting


@pytest.mark.django_db(transaction=True)
def test_an_insider_is_seen_after_sixty_persons_and_stopped_before_the_hundred_and_twenty_first(
    viewer, client_of, crowd
):
    clerk, officer = viewer("clerk", name="赵强"), viewer("security_officer")
    browser, people = client_of(clerk), crowd(122)
    given_out, alarmed_at = 0, 0
    for number, person_id in enumerate(people, 1):
        if number in (1, 61, 121):  # a purpose is stated on the page; for the others as the page does it
            form = browser.post(f"/people/{person_id}/purpose/", {"purpose": "核对退休档案材料"})
            assert form.status_code == (302 if number < 122 else 403)
        else:
            from tests import factories

            factories.purpose(clerk, person_id)
        page = browser.get(f"/people/{person_id}/reads/")
        if page.status_code != 200:
            break
        given_out += 1
        if not alarmed_at and alarms.count_open(officer):
            alarmed_at = number
    assert (alarmed_at, given_out) == (61, 120)
    assert page.status_code == 403
    assert "安全管理员" in page.content.decode()
    assert stops.is_stopped(clerk.account_id)
    # What was refused left nothing behind but the refusal.
    refused = people[120]
    assert not Entry.objects.filter(action="desk.person_seen", person_id=refused).exists()
    assert Entry.objects.filter(action="access.page_refused", person_id=refused).exists()
    assert Sighting.objects.count() == 120
    # Every page with persons is closed now, those without are not, and the session can be ended.
    for address in ("/desk/", "/people/", "/search/?q=王", f"/people/{people[0]}/", "/registers/business/"):
        assert browser.get(address).status_code == 403, address
    assert browser.get("/policy/").status_code == 200
    # The officer lifts the stop, and the clerk goes on.
    (stop,) = stops.stops(officer)
    desk = client_of(officer)
    watch = desk.get("/watch/").content.decode()
    assert "赵强" in watch and "查询已停用" in watch
    lifted = desk.post(f"/watch/stops/{stop.id}/lift/", {"reason": "问过本人和科长，集中核对退休档案"})
    assert lifted.status_code == 302
    assert browser.get(f"/people/{people[0]}/reads/").status_code == 200
