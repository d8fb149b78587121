"""An object on media is destroyed only when its media are."""

from pathlib import Path

import pytest
from tests import factories
from tests.media.shelf import AT, IDS, TODAY, fill_vault, identity, keeper, proved, shelved, work

from nianlun.media import operations, recovering
from nianlun.media.domain import NotNow
from nianlun.vault import destroying, destruction_rules
from nianlun.vault import queries as vault

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def test_what_lies_on_media_is_destroyed_after_them(tmp_path: Path, settings):
    fill_vault(tmp_path)
    writer, second = keeper("石磊"), keeper("赵敏")
    line = proved(second, shelved(writer, second), settings)
    archivist, leader = factories.staff("archivist"), factories.staff("leader")
    reasons = destruction_rules.reasons(IDS[0], by=archivist, on=TODAY)
    assert len(reasons) == 1 and f"{line.number} A、{line.number} B" in reasons[0]
    with pytest.raises(destroying.Hindered, match="离线介质"):
        destroying.propose(IDS[0], "销毁清册 2026-01", by=archivist, at=AT)

    recovering.take_offline(writer, line.id, at=AT)
    work()
    operations.retire(writer, line.media[0].id, reason="粉碎，两人监销", at=AT)
    with pytest.raises(NotNow, match="3 个对象已转离线"):
        operations.retire(writer, line.media[1].id, reason="粉碎，两人监销", at=AT)
    for object_id in IDS:
        recovering.bring_back(
            writer,
            line.media[1].id,
            object_id,
            source=line.media[1].file_name,
            identity=identity(settings),
            at=AT,
        )
    operations.retire(writer, line.media[1].id, reason="粉碎，两人监销", at=AT)

    request = destroying.propose(IDS[0], "销毁清册 2026-01", by=archivist, at=AT)
    destroying.decide(request, approve=True, by=leader, at=AT)
    assert "销毁" in vault.absence(IDS[0])
