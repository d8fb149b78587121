"""A keeper and an archivist take work secrets out of the house, and bring one back with a private key."""

import shutil
from collections.abc import Callable
from uuid import UUID

import pytest
from tests.journeys.browser import DESK, PHONE, Visitor
from tests.journeys.small_vault import object_id
from tests.journeys.system import PATIENCE, System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def plan_and_write(keeper: Visitor) -> str:
    """Plan a set of what waits and have it written; the page of the set."""
    keeper.go("/media/")
    keeper.click("a.button:has-text('规划一套')")
    keeper.page.select_option("#secrecy", "work_secret")
    keeper.page.fill("#fonds", "B001")
    keeper.click("main button:has-text('规划')")
    page = keeper.path
    keeper.click("button:has-text('写入两份镜像')")
    keeper.page.wait_for_selector("#writing a:has-text('看结果')", timeout=PATIENCE * 1000)
    keeper.click("#writing a:has-text('看结果')")
    assert "待回读" in keeper.text and "演示保管人甲、演示保管人乙" in keeper.text
    return page


def media_of(system: System, set_page: str) -> list[tuple[UUID, str]]:
    """Both media of a set: the id, and the image as it would lie on the burned disc, put where media are read."""
    found = system.rows(
        "SELECT m.id, s.number || '-' || m.letter || '.iso' FROM media_medium m JOIN media_mediaset s "
        "ON s.id = m.set_id WHERE s.id = %s ORDER BY m.letter",
        UUID(set_page.split("/")[3]),
    )
    (system.var / "media-in").mkdir(exist_ok=True)
    for _, name in found:
        shutil.copyfile(system.var / "media-out" / name, system.var / "media-in" / name)
    return found


def read_back(reader: Visitor, medium: UUID, source: str) -> None:
    reader.go(f"/media/{medium}/")
    reader.page.select_option("#source", source)
    reader.click("button:has-text('逐字节读一遍')")
    until_read(reader)


def until_read(reader: Visitor) -> None:
    """Look again as the page says, until the reading has ended."""
    for _ in range(int(PATIENCE)):
        if "正在后台读" not in reader.text:
            return
        reader.page.wait_for_timeout(500)
        reader.go(reader.path)
    raise AssertionError(reader.text)


def shelve(keeper: Visitor, medium: UUID, *, place: str) -> None:
    keeper.go(f"/media/{medium}/")
    keeper.page.fill("#location", place)
    keeper.click("button:has-text('登记'):not(:has-text('借出'))")
    assert "已上架" in keeper.text


def test_work_secrets_go_offline_on_two_media_and_one_comes_back(visit: Visit, system: System):
    item = system.city["kept"]["secret one"]
    name = object_id(item)
    keeper, archivist = visit("石磊", size=DESK), visit("王海", forgive=("410",))
    set_page = plan_and_write(keeper)
    assert name in keeper.text
    (first, first_image), (second, second_image) = media_of(system, set_page)

    keeper.go(f"/media/{first}/")
    assert "要由另一位同事回读" in keeper.text
    assert keeper.fetch(f"/media/{first}/read/", source=first_image).status == 422
    for medium, image in ((first, first_image), (second, second_image)):
        read_back(archivist, medium, image)
        assert "待上架" in archivist.text
    shelve(keeper, first, place="一号库-3 柜-2 格")
    shelve(keeper, second, place="异地库-1 柜-5 格")
    label = keeper.fetch(f"/media/{first}/label.pdf")
    assert label.headers["content-type"] == "application/pdf" and label.body().startswith(b"%PDF")

    keeper.go(set_page)
    assert "核对包里每个文件" in keeper.text  # no key leaves before those on the media were proved
    archivist.go(f"/media/{first}/")
    archivist.page.select_option("#opened", first_image)
    archivist.page.set_input_files("#identity", system.var / "demo" / "media-identity-1.txt")
    archivist.click("button:has-text('核对包里每个文件')")
    assert "完好" in archivist.text
    keeper.go(set_page)
    keeper.click("button:has-text('转离线')")
    assert "已于" in keeper.text and "转离线" in keeper.text
    states = system.rows(
        "SELECT state, key_version IS NULL FROM vault_storedobject WHERE object_id = %s", name
    )
    assert states == [("offline", False)]
    number = set_number(system, set_page)
    for _ in range(int(PATIENCE)):  # the mark with the number is placed in the background
        archivist.go(f"/items/{item}/")
        if number in archivist.text:
            break
        archivist.page.wait_for_timeout(500)
    assert number in archivist.text  # which medium to ask for
    assert archivist.fetch(f"/items/{item}/original/").status == 410

    keeper.go(f"/media/{first}/")
    keeper.page.select_option("#opened", first_image)
    keeper.page.set_input_files("#identity", system.var / "demo" / "media-identity-2.txt")
    keeper.page.fill("#object_id", name)
    keeper.click("button:has-text('取回，恢复在线')")
    assert f"{name} 已恢复在线" in keeper.text
    assert archivist.fetch(f"/items/{item}/original/").body()[:2] == b"\xff\xd8"  # a JPEG again
    told = {
        action
        for (action,) in system.rows(
            "SELECT DISTINCT action FROM journal_entry WHERE action LIKE 'media.%%'"
        )
    }
    assert told >= {
        "media.set_planned", "media.set_written", "media.medium_read", "media.medium_shelved",
        "media.set_taken_offline", "media.object_brought_back",
    }  # fmt: skip


@pytest.mark.parametrize("look", ["light", "elder"])
def test_a_set_and_its_media_fit_a_phone(visit: Visit, system: System, look: str):
    keeper = visit("石磊", size=PHONE, look=look)
    [(media_set, medium)] = system.rows("SELECT set_id, id FROM media_medium WHERE letter = 'A' LIMIT 1")
    for path in (f"/media/sets/{media_set}/", f"/media/{medium}/"):
        keeper.go(path)


def set_number(system: System, set_page: str) -> str:
    [(number,)] = system.rows(
        "SELECT number FROM media_mediaset WHERE id = %s", UUID(set_page.split("/")[3])
    )
    return str(number)
