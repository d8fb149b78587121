"""A keeper puts onto media what belongs to its own scope, and what belongs to nobody only if all agencies are its."""

from pathlib import Path

import pytest
from tests import factories
from tests.media.shelf import AT, IDS, fill_vault, keeper, planned, proved, shelved

from nianlun.access import queries as access
from nianlun.contributions.models import RosterImport
from nianlun.media import operations, queries, recovering
from nianlun.media.domain import NotNow
from nianlun.registry.models import Agency
from nianlun.vault.domain import Secrecy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def claimed(object_id: str, *, by: int) -> None:
    RosterImport.objects.create(
        name="名册", sha512=object_id, vault_object=object_id, rows=1, added_postings=0, known_rows=0, refused_rows=0,
        by_id=by, division=access.viewer_of(by).scope, at=AT,
    )  # fmt: skip


def test_another_agencys_objects_are_neither_planned_nor_taken_offline(tmp_path: Path, settings):
    fill_vault(tmp_path)
    home, second = keeper("石磊"), keeper("赵敏")
    stranger = factories.staff("keeper", scope="110101", agency_name="北京市东城区")
    early = proved(second, shelved(home, second), settings)
    for division in ("130606", "110101"):
        Agency.objects.create(name=division, division=division)
    claimed(IDS[0], by=home.account_id)
    claimed(IDS[1], by=stranger.account_id)
    with pytest.raises(NotNow, match="别的经办机构"):
        recovering.take_offline(home, early.id, at=AT)
    for medium in early.media:
        operations.retire(home, medium.id, reason="重新规划，已粉碎", at=AT)
    for who, mine in ((home, IDS[0]), (stranger, IDS[1])):
        assert queries.waiting_by_class(who)[Secrecy.WORK_SECRET][0] == 1
        assert [one.object_id for one in queries.objects(planned(who))] == [mine]
    with pytest.raises(NotNow):  # the third is nobody's, and neither of them answers for the whole
        planned(home)
