"""Papers in and papers out: copies taken in, looked at and replaced; slips delivered."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.business.counter import accepted, opened, version_of
from tests.desk.casework import address, page, words

from nianlun.cases import queries
from nianlun.cases.models import Case, Slip
from nianlun.watch import marking

pytestmark = pytest.mark.django_db


@pytest.fixture
def vault(tmp_path, settings) -> None:
    settings.VAULT_ROOT, settings.QUARANTINE = tmp_path / "vault", tmp_path / "quarantine"
    settings.DERIVED = tmp_path / "derived"


def picture(name="身份证.jpg"):
    written = io.BytesIO()
    Image.new("RGB", (300, 200), (240, 236, 226)).save(written, "JPEG")
    return SimpleUploadedFile(name, written.getvalue())


def test_a_copy_is_kept_looked_at_page_by_page_and_replaced_without_being_lost(
    client_of, counter, person, vault
):
    case_id = opened(counter, person_id=person.id)
    client, take = client_of(counter.clerk), address(case_id, "desk:case-take-paper")

    def upload(file):
        sent = {"version": version_of(counter, case_id), "requirement": "identity", "how": "copy_kept"}
        return client.post(take, sent | {"files": file})

    assert upload(picture()).status_code == 302
    [kept] = queries.case(counter.clerk, case_id).materials
    shown = client.get(address(case_id, "desk:case-paper-page", kept.id, 1))
    assert shown["Content-Type"] in ("image/jpeg", "image/png")
    assert marking.entry_of(shown.content) is not None
    assert client.get(address(case_id, "desk:case-paper-page", kept.id, 2)).status_code == 404
    whole = client.get(address(case_id, "desk:case-paper", kept.id))
    assert b"".join(whole.streaming_content) == picture().read()
    assert "attachment" in whole["Content-Disposition"]
    assert upload(picture("新身份证.jpg")).status_code == 302
    listed = page(client.get(address(case_id, "desk:case-tab", "materials")))
    assert "已替换" in listed
    assert f"?open={kept.id}#look" in listed


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "还没有选文件"),
        (["甲.jpg", "乙.jpg"], "一项材料留一个文件"),
        (["病毒.exe"], "没有收下"),
    ],
)
def test_what_is_no_copy_is_told_and_nothing_is_left_behind(
    client_of, counter, person, vault, settings, files, sentence
):
    case_id = opened(counter, person_id=person.id)
    sent = {"version": version_of(counter, case_id), "requirement": "identity", "how": "copy_kept"}
    sent |= {"note": "照片拍的", "files": [SimpleUploadedFile(name, b"MZ not a picture") for name in files]}
    answer = client_of(counter.clerk).post(address(case_id, "desk:case-take-paper"), sent)
    assert answer.status_code == 403
    assert sentence in page(answer)
    assert 'value="照片拍的"' in page(answer)
    assert not queries.case(counter.clerk, case_id).materials
    assert not settings.QUARANTINE.exists() or not list(settings.QUARANTINE.iterdir())


def test_a_slip_is_entered_as_delivered_with_its_receipt(client_of, counter, person):
    case_id = accepted(counter, person_id=person.id)
    row = Case.objects.get(pk=case_id)
    slip = Slip.objects.create(
        case=row,
        kind="acceptance",
        number="莲池社保受〔2026〕00001号",
        file_name="slips/01-acceptance.pdf",
        page_count=1,
        issued_at=counter.at,
        issued_by=counter.clerk.name,
        for_action=row.actions.get(move="accept"),
    )
    client = client_of(counter.clerk)
    sent = {"version": version_of(counter, case_id), "way": "post", "on": "三月五日", "receipt": ""}
    wrong = client.post(address(case_id, "desk:case-deliver", slip.id), sent)
    assert wrong.status_code == 403
    assert 'value="三月五日"' in page(wrong)
    sent |= {"on": "", "receipt": "EMS 1234567890123"}
    assert client.post(address(case_id, "desk:case-deliver", slip.id), sent).status_code == 302
    listed = words(client.get(address(case_id, "desk:case-tab", "slips")))
    assert "已送达" in listed
    assert "EMS 1234567890123" in listed
    assert (
        client_of(counter.leader).post(address(case_id, "desk:case-deliver", slip.id), sent).status_code
        == 404
    )
