"""Asking a browser for the second factor, and taking what it answers."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from nianlun.access import passkeys, queries
from nianlun.access.operations import Proof
from nianlun.access.passkeys import Place

CODE, PASSKEY, DEMO = "second_factor.code", "second_factor.passkey", "second_factor.demo"
NEW_KEY = "new_key"
FIELDS = frozenset({CODE, PASSKEY, DEMO})
_CHALLENGE, _NEW_CHALLENGE = "challenge", "new_challenge"
_LONGEST_CODE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the form for the second factor needs. `passkey` is what the browser's key is asked, if there is one."""

    passkey: str
    demo: bool


def ask(request: HttpRequest, account_id: int, *, is_persona: bool) -> Question:
    """The form's question, with a fresh challenge that only this session may answer."""
    known = queries.passkey_ids(account_id)
    question = ""
    if known:
        question, request.session[_CHALLENGE] = passkeys.ask_for_proof(place_of(request), known=known)
    return Question(passkey=question, demo=settings.DEMO and is_persona)


def answered(request: HttpRequest) -> bool:
    """Whether the form of the second factor is among what was sent."""
    return request.method == "POST" and any(name in request.POST for name in FIELDS)


def answer(request: HttpRequest) -> Proof:
    """What was shown. A challenge is spent by being answered, rightly or not."""
    return Proof(
        code=request.POST.get(CODE, "")[:_LONGEST_CODE],
        passkey=request.POST.get(PASSKEY, ""),
        challenge=request.session.pop(_CHALLENGE, ""),
        place=place_of(request),
        demo=DEMO in request.POST,
    )


def ask_for_new(request: HttpRequest, account_id: int) -> str:
    """What a browser is asked that is to make a passkey."""
    login, name = queries.login_and_name(account_id)
    question, request.session[_NEW_CHALLENGE] = passkeys.ask_for_new(
        place_of(request),
        account_id=account_id,
        login=login,
        name=name,
        known=queries.passkey_ids(account_id),
    )
    return question


def new_key(request: HttpRequest) -> passkeys.NewKey:
    """The passkey that the browser made on being asked. Raises `passkeys.NotProven`."""
    challenge = request.session.pop(_NEW_CHALLENGE, "")
    if not challenge:
        raise passkeys.NotProven
    return passkeys.new_key(request.POST.get(NEW_KEY, ""), challenge=challenge, place=place_of(request))


def place_of(request: HttpRequest) -> Place:
    """The site under the name the browser knows it by; `ALLOWED_HOSTS` has the last word on it."""
    host = request.get_host()
    return Place(host=host.rsplit(":", 1)[0], origin=f"{request.scheme}://{host}")
