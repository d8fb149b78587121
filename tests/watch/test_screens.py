"""What stands on every screen: who reads it, no full number; and what a sheet of paper leaves behind."""

import pytest
from tests import factories

from nianlun.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_every_page_of_staff_carries_reader_account_and_time_and_the_own_record_none(
    viewer, client_of, person
):
    clerk = viewer("clerk", name="赵强")
    account = factories.Account.objects.get(pk=clerk.account_id)
    factories.purpose(clerk, person.id)
    browser = client_of(clerk)
    for address in ("/desk/", "/people/", f"/people/{person.id}/", "/policy/"):
        text = browser.get(address).content.decode()
        assert text.count('class="watermark"') == 1, address
        assert f"赵强 {account.username} 20" in text, address
    own = client_of(factories.insured(person)).get("/my/").content.decode()
    assert 'class="watermark"' not in own


def test_printing_a_page_is_journaled_with_the_person_it_shows(viewer, client_of, person, elsewhere):
    browser = client_of(viewer("clerk", name="赵强"))
    assert browser.post("/printed/", {"path": f"/people/{person.id}/"}).status_code == 204
    entry = Entry.objects.latest("pk")
    assert (entry.action, entry.person_id) == ("desk.page_printed", person.id)
    assert entry.about == f"/people/{person.id}/"
    other = factories.person(elsewhere)
    for path in (f"/people/{other.id}/", "/nowhere/", "", "\x00", "https://example.org/"):
        assert browser.post("/printed/", {"path": path}).status_code in (400, 404), path
    assert not Entry.objects.filter(action="desk.page_printed", person_id=other.id).exists()
