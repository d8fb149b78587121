"""The register on the screen and on the command line: who may, what is said, and what two clicks do."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from tests import factories
from tests.media.shelf import AT, burned, fill_vault, identity, keeper, planned, shelved, work, written

from nianlun.access.domain import Role
from nianlun.config.command import main
from nianlun.media import inspecting, opening, queries, writing
from nianlun.media.domain import MediumState, SetState
from nianlun.media.models import MediaSet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_only_those_with_the_right_see_the_register(role: Role):
    client = factories.client_of(factories.staff(role.value))
    allowed = role in {Role.KEEPER, Role.ARCHIVIST, Role.LEADER, Role.AUDITOR}
    assert client.get("/media/").status_code == (200 if allowed else 404)
    assert client.get("/media/new/").status_code == (200 if role is Role.KEEPER else 404)


def test_an_empty_register_says_what_it_is_for():
    assert "还没有离线介质" in text(factories.client_of(keeper()).get("/media/"))


def test_a_set_is_planned_on_the_page_and_a_second_click_changes_nothing(tmp_path: Path):
    fill_vault(tmp_path)
    client = factories.client_of(keeper())
    form = {
        "fonds": "j001",
        "secrecy": "work_secret",
        "kind_a": "bd_r",
        "kind_b": "tape",
        "token": str(uuid4()),
    }
    first, second = client.post("/media/new/", form), client.post("/media/new/", form)
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    page = text(client.get(first["Location"]))
    assert "J001-" in page
    assert "写入两份镜像" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"secrecy": "top_secret"}, "保守国家秘密法"),
        ({"secrecy": "别的"}, "请选择密级"),
        ({"fonds": "全宗一"}, "全宗号写"),
        ({"kind_a": "石碑"}, "载体"),
        ({"token": "x"}, "重新打开"),
        ({"secrecy": "public"}, "没有这一密级的对象"),
    ],
)
def test_a_wrong_plan_gets_a_sentence(tmp_path: Path, change: dict[str, str], said: str):
    fill_vault(tmp_path)
    form = {
        "fonds": "J001",
        "secrecy": "work_secret",
        "kind_a": "bd_r",
        "kind_b": "disk",
        "token": str(uuid4()),
    }
    response = factories.client_of(keeper()).post("/media/new/", form | change)
    assert response.status_code == 422
    assert said in text(response)
    assert not MediaSet.objects.exists()


def test_a_set_is_written_read_back_and_shelved_through_the_pages(tmp_path: Path, settings):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), factories.staff("archivist", name="赵敏")
    mine, other = factories.client_of(shi), factories.client_of(zhao)
    set_id = planned(shi)
    for _ in range(2):
        assert mine.post(f"/media/sets/{set_id}/step/", {"step": "write"}).status_code == 302
    assert "正在加密" in text(mine.get(f"/media/sets/{set_id}/"))
    assert "正在加密" in text(mine.get(f"/media/sets/{set_id}/progress/"))
    work()
    medium = queries.media_set(shi, set_id).media[0]
    page = f"/media/{medium.id}/"
    assert "要由另一位同事回读" in text(mine.get(page))
    assert mine.post(f"{page}read/", {"source": burned(medium)}).status_code == 422
    assert other.post(f"{page}read/", {"source": burned(medium)}).status_code == 302
    assert "正在后台读" in text(other.get(page))
    work()
    assert queries.medium(shi, medium.id).state is MediumState.VERIFIED
    assert mine.post(f"{page}step/", {"step": "shelve"}).status_code == 422
    sent = {"step": "shelve", "location": "一号库-3-2", "keeper": "石磊", "serial": "BD-0001"}
    assert mine.post(f"{page}step/", sent).status_code == 302
    assert "一号库-3-2" in text(mine.get("/media/"))
    for name in ("label.pdf", "register.pdf"):
        assert mine.get(page + name).content.startswith(b"%PDF")
    assert other.post(f"{page}step/", sent).status_code == 404  # the archivist reads, the keeper keeps


def test_a_private_key_is_used_for_one_request_and_kept_nowhere(tmp_path: Path, settings):
    fill_vault(tmp_path)
    line = written(keeper())
    medium = line.media[0]
    client = factories.client_of(factories.staff("archivist", name="赵敏"))
    secret = identity(settings)

    def send(step: str, content: str):
        sent = SimpleUploadedFile("key.txt", content.encode())
        form = {"step": step, "source": burned(medium), "identity": sent}
        return client.post(f"/media/{medium.id}/open/", form)

    assert send("inside", "").status_code == 422
    assert "私钥" in text(send("inside", "AGE-SECRET-KEY-1NONSENSE"))
    assert send("inside", secret).status_code == 302
    assert send("prove", secret).status_code == 302
    kept = secret.splitlines()[1].encode()
    left = [path for path in tmp_path.rglob("*") if path.is_file() and kept in path.read_bytes()]
    assert left == []


def test_while_one_medium_is_opened_another_click_gets_a_sentence(tmp_path: Path, settings):
    fill_vault(tmp_path)
    medium = written(keeper()).media[0]
    client = factories.client_of(keeper("赵敏"))

    def send():
        sent = SimpleUploadedFile("key.txt", identity(settings).encode())
        form = {"step": "inside", "source": burned(medium), "identity": sent}
        return client.post(f"/media/{medium.id}/open/", form)

    with connection.get_new_connection(connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [opening.TURN])
        refused = send()
    assert (refused.status_code, "一次只打开一份" in text(refused)) == (422, True)
    assert send().status_code == 302


def test_the_number_of_queries_does_not_grow_with_the_sets(tmp_path: Path, django_assert_max_num_queries):
    fill_vault(tmp_path)
    who = keeper()
    client = factories.client_of(who)
    first = planned(who)
    row = MediaSet.objects.get(pk=first)
    with django_assert_max_num_queries(30) as one:
        client.get("/media/")
    for number in range(2, 12):
        row.pk, row.number, row.token = uuid4(), f"J001-2026-{number:03d}", uuid4()
        row._state.adding = True
        row.save()
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get("/media/")


def test_what_is_due_stands_on_every_page(tmp_path: Path):
    fill_vault(tmp_path)
    shi, zhao = keeper("石磊"), keeper("赵敏")
    medium = shelved(shi, zhao).media[0]
    from nianlun.media import operations

    client = factories.client_of(zhao)
    assert "介质应检" not in text(client.get("/desk/"))
    operations.lend(shi, medium.id, purpose="市局恢复演练", at=AT)
    operations.take_back(shi, medium.id, at=AT, on=queries.medium(shi, medium.id).checked_on)
    assert "介质应检" in text(client.get("/desk/"))
    assert medium.name in text(client.get("/media/due/"))


def test_the_command_reads_a_medium_without_a_database(tmp_path: Path, settings, capsys):
    fill_vault(tmp_path)
    line = written(keeper())
    image = writing.image_path(line.media[0])
    key = tmp_path / "key.txt"
    key.write_text(identity(settings))
    assert main(["media", "inspect", str(image), "--identity", str(key), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sound"], told["opened"]) == (True, True)
    raw = bytearray(image.read_bytes())
    raw[raw.index(b"age-encryption.org/v1") + 90_000] ^= 1
    image.write_bytes(raw)
    assert main(["media", "inspect", str(image)]) == 1
    assert "package.tar.age" in capsys.readouterr().out
    assert main(["media", "inspect", str(tmp_path / "none")]) == 2


def test_the_commands_plan_write_and_tell_what_is_due(tmp_path: Path, capsys):
    fill_vault(tmp_path)
    factories.staff("keeper", username="shilei-test", name="石磊")
    assert main(["media", "plan", "--as", "shilei-test", "--fonds", "J001", "--json"]) == 0
    number = json.loads(capsys.readouterr().out)["number"]
    assert main(["media", "plan", "--as", "shilei-test", "--fonds", "J001", "--secrecy", "绝密"]) == 2
    assert "保守国家秘密法" in capsys.readouterr().err
    assert main(["media", "write", number, "--as", "shilei-test"]) == 0
    work()
    assert MediaSet.objects.get(number=number).state == SetState.WRITTEN.value
    assert main(["media", "due", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []
    assert inspecting.candidates() == []
