"""An identity number typed into whatever box stands in no address; it leads to its one person (S5.5)."""

import re
from urllib.parse import unquote

import pytest
from django.urls import reverse
from tests import factories
from tests.business.counter import Counter, opened
from tests.desk import casework

from nianlun.desk.pages.finding import NOBODY
from nianlun.ui.addresses import NOT_HERE, holds_number

pytestmark = pytest.mark.django_db
NUMBER = "130606196604280419"
FIND = "/find/"


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "13060619660428041X",
        "13060619660428041x",
        "130606660428041",
        "130606 19660428 0419",
        "１３０６０６１９６６０４２８０４１９",
        "张伟 130606196604280419",
        "130606196604280410",  # a wrong last character is a slip of a real number
    ],
)
def test_a_number_is_known_however_it_was_typed(text):
    assert holds_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "张伟",
        "2026-11-23~0193a5b2-7c4e-7000-8000-0123456789ab",
        "0193a5b27c4e70008000012345678901",
        "130606-2026-000012",
        "911306007777777777",  # a credit code
        "P000000001",
        "",
    ],
)
def test_what_is_no_number_of_a_person_passes(text):
    assert not holds_number(text)


def forms(page: str) -> list[str]:
    return [one for one in re.findall(r"<form\b.*?</form>", page, re.DOTALL) if "<input" in one]


PAGES = ["people", "cases", "case-new", "search", "home"]


def pages_with_boxes(person) -> list[tuple[str, str]]:
    """A post and a page where it can type something."""
    return [
        *(("clerk", reverse(f"desk:{name}")) for name in PAGES),
        ("archivist", reverse("desk:register", args=["business"])),
        ("archivist", reverse("desk:vault-objects")),
        ("security_officer", reverse("desk:watch-seen")),
        ("auditor", reverse("journal:entries")),
    ]


def test_no_page_sends_typed_words_in_its_address(viewer, client_of, person):
    for post, address in pages_with_boxes(person):
        page = client_of(viewer(post)).get(address)
        assert page.status_code == 200, address
        for form in forms(page.content.decode()):
            if re.search(r'<input type="(text|search)"', form):
                assert 'method="post"' in form, (address, form[:200])


def test_the_number_leads_to_the_one_person_from_wherever_it_was_typed(viewer, client_of, agency):
    someone = factories.person(agency, name="欧阳建国", number=NUMBER)
    for post, address in pages_with_boxes(someone):
        client = client_of(viewer(post))
        went = client.post(FIND, {"next": address, "q": NUMBER}, follow=True)
        told = " ".join(unquote(url) for url, _ in went.redirect_chain)
        assert not holds_number(told), address
        if post in {"clerk", "archivist"}:
            assert str(someone.id) in told
        assert NUMBER not in went.content.decode()


def test_the_worklist_shows_the_cases_of_the_person_with_this_number(viewer, client_of, agency):
    someone = factories.person(agency, name="欧阳建国", number=NUMBER)
    number = casework.number_of(opened(Counter(), person_id=someone.id))
    client = client_of(viewer("clerk"))
    went = client.post(FIND, {"next": reverse("desk:cases"), "q": NUMBER, "pile": "mine"}, follow=True)
    page = went.content.decode()
    assert went.redirect_chain == [(f"/cases/?person={someone.id}", 302)]
    assert number in page
    assert NUMBER not in page
    spaced = {"next": reverse("desk:cases"), "q": f"{NUMBER[:6]} {NUMBER[6:14]}　{NUMBER[14:]}"}
    assert client.post(FIND, spaced)["Location"] == f"/cases/?person={someone.id}"
    again = client.get(went.redirect_chain[0][0])  # back and reload
    assert number in again.content.decode()


def test_words_stand_in_the_address_so_that_paging_and_back_work(viewer, client_of):
    went = client_of(viewer("clerk")).post(FIND, {"next": "/people/?q=old", "q": "欧阳", "empty": " "})
    assert unquote(went["Location"]) == "/people/?q=欧阳"


def test_somebody_elsewhere_is_nobody_here_and_another_site_is_not_gone_to(viewer, client_of, elsewhere):
    factories.person(elsewhere, name="欧阳志强", number=NUMBER)
    client = client_of(viewer("clerk"))
    nobody = client.post(FIND, {"next": "/people/", "q": NUMBER}, follow=True)
    unknown = client.post(FIND, {"next": "/people/", "q": factories.identity_number()}, follow=True)
    assert NOBODY in nobody.content.decode()
    assert NOBODY in unknown.content.decode()
    assert client.post(FIND, {"next": "https://elsewhere.example/", "q": "x"})["Location"] == "/?q=x"


@pytest.mark.parametrize("path", ["/search/", "/people/", "/inquiry/", "/sign-in/", "/nowhere/"])
def test_an_address_with_a_number_is_left_for_the_same_without(viewer, client_of, path):
    client = client_of(viewer("clerk"))
    went = client.get(path, {"q": NUMBER, "pile": "mine"})
    assert (went.status_code, went["Location"]) == (302, f"{path}?pile=mine")
    assert NOT_HERE in client.get("/people/").content.decode()
    hidden = client.get("/sign-in/", {"next": f"/search/?q={NUMBER}"})
    assert hidden["Location"] == "/sign-in/"


def test_an_employers_list_is_searched_by_name_only(client_of):
    window = client_of(factories.employer_account(factories.employer()))
    page = reverse("portal:employer")
    assert window.post(reverse("portal:employer-find"), {"q": NUMBER})["Location"] == page
    assert unquote(window.post(reverse("portal:employer-find"), {"q": "魏"})["Location"]) == f"{page}?q=魏"
    assert 'method="post"' in next(
        form for form in forms(window.get(page).content.decode()) if 'name="q"' in form
    )
