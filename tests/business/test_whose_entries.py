"""What the system itself does in a case is in the journal of that agency, and of no other (S2.2)."""

import pytest
from tests import factories
from tests.business.counter import Counter, accepted, details_for, passed
from tests.business.papers import work

from nianlun.cases.operations import opening
from nianlun.journal.models import Entry
from nianlun.kernel.identifiers import uuid7

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_entry_of_a_job_or_of_the_system_is_without_the_agency_it_concerns(agency, settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    counter = Counter()
    case_id = accepted(counter, person_id=factories.person(agency).id)
    passed(counter, case_id, "clerk")
    opening.open_by_system(
        "life_certification_failed",
        agency_id=agency.id,
        details=details_for("life_certification_failed"),
        request_key=uuid7(),
        at=counter.tick(),
        person_id=factories.person(agency).id,
        reason="逾期没有认证",
    )
    work()
    of_cases = Entry.objects.filter(account_id=None, action__startswith="cases.")
    assert set(of_cases.values_list("scope", flat=True)) == {agency.division}
    stored = Entry.objects.filter(account_id=None, details__message__startswith="出具")
    assert set(stored.values_list("scope", flat=True)) == {agency.division}
    told = Entry.objects.filter(account_id=None, action__startswith="notices.")
    assert set(told.values_list("scope", flat=True)) <= {agency.division}
