"""Applications are brought to a new key with everything else, and then the old key is not needed (S5.2)."""

from pathlib import Path

import pytest
from tests import factories
from tests.business.counter import Counter, opened

from nianlun.cases.models import Case
from nianlun.cases.resealing import reseal_details
from nianlun.journal.models import Entry
from nianlun.kernel.cipher import KeyMissing, Keyring, sealed_with
from nianlun.registry import keys, operations
from nianlun.registry.operations import Resealed, also_resealed
from nianlun.vault.models import KeptRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyring_file(settings, tmp_path: Path) -> Path:
    settings.KEYRING = tmp_path / "keyring.json"
    Keyring.create(settings.KEYRING)
    return settings.KEYRING


def test_after_resealing_every_application_is_read_without_the_old_key(keyring_file, agency, now):
    counter = Counter()
    people = [factories.person(agency, name=name) for name in ("张伟", "王芳", "李强")]
    cases = [opened(counter, person_id=one.id) for one in people]
    before = {pk: Case.objects.get(pk=pk).details for pk in cases}
    fresh = keys.keyring().rotate(keyring_file)
    assert {pk: Case.objects.get(pk=pk).details for pk in cases} == before  # readable under both
    later = opened(counter, person_id=factories.person(agency, name="赵敏").id)
    assert reseal_details(at=now, limit=2) == Resealed(done=2, left=1)
    assert reseal_details(at=now, limit=2) == Resealed(done=1, left=0)
    assert reseal_details(at=now, limit=2) == Resealed(done=0, left=0)
    assert sum(Entry.objects.filter(action="cases.resealed").values_list("rows", flat=True)) == 3
    while operations.reseal(at=now).done:
        pass
    keyring_file.write_text(Keyring(current=2, pairs={2: fresh.pairs[2]})._written())
    assert {pk: Case.objects.get(pk=pk).details for pk in cases} == before
    assert {sealed_with(row.details_sealed) for row in Case.objects.all()} == {2}
    assert Case.objects.get(pk=later).details


def test_without_resealing_the_old_key_is_missed(keyring_file, agency, now):
    case_id = opened(Counter(), person_id=factories.person(agency).id)
    fresh = keys.keyring().rotate(keyring_file)
    keyring_file.write_text(Keyring(current=2, pairs={2: fresh.pairs[2]})._written())
    with pytest.raises(KeyMissing):
        _ = Case.objects.get(pk=case_id).details


def test_the_command_for_keys_knows_of_applications():
    assert reseal_details in [reseal for _, reseal in also_resealed]


def test_a_case_whose_papers_are_in_the_vault_has_its_file_written_anew(keyring_file, agency, now):
    case_id = opened(Counter(), person_id=factories.person(agency).id)
    name = Case.objects.get(pk=case_id).object_id
    kept = KeptRecord.objects.filter(object__object_id=name)
    before = kept.values_list("changes", flat=True).first()
    keys.keyring().rotate(keyring_file)
    assert reseal_details(at=now).done == 1
    assert kept.values_list("changes", flat=True).first() == (before + 1 if before is not None else None)
