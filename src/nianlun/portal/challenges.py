"""Questions that tell people from simple programs: as a picture, as a sound, or as a sum in words (S1.8).

They keep out coarse programs only; what protects people is the count of inquiries. So none of them is made hard:
whoever sees, hears or reads finds one that fits.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction

from nianlun.portal import challenge_picture, challenge_voice
from nianlun.portal.models import Challenge

LASTS = timedelta(minutes=5)
LENGTH = 5
Kind = Challenge.Kind


class Shown(Protocol):
    """A way of putting a question: `picture` or `sound`."""

    def __call__(self, challenge_id: UUID, *, at: datetime) -> bytes: ...


_SAID = "零一二三四五六七八九十"
_TENS = re.compile("(?P<tens>[一二三四五六七八九])?十(?P<ones>[一二三四五六七八九])?")


class NoChallenge(Exception):
    """There is no such question, or it was answered or has expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the page puts it; `text` is empty where it is to be seen or heard."""

    id: UUID
    kind: Kind
    text: str


@transaction.atomic
def ask(kind: Kind, *, at: datetime) -> Question:
    """A new question; those that have expired are forgotten."""
    Challenge.objects.filter(asked_at__lte=at - LASTS).delete()
    text, answer = _sum() if kind is Kind.SUM else ("", _digits())
    row = Challenge.objects.create(kind=kind, text=text, answer=answer, asked_at=at)
    return Question(id=row.pk, kind=kind, text=text)


@transaction.atomic
def again(challenge_id: UUID, *, at: datetime) -> Question:
    """The same question once more, for a form that comes back before it was answered. Raises `NoChallenge`."""
    row = _open(challenge_id, at=at)
    return Question(id=row.pk, kind=Kind(row.kind), text=row.text)


@transaction.atomic
def answered(challenge_id: UUID, answer: str, *, at: datetime) -> bool:
    """Whether the answer is right. The question is used up either way, also for whoever asks at the same moment."""
    row = Challenge.objects.select_for_update().filter(pk=challenge_id).first()
    if row is None:
        return False
    row.delete()
    return at - row.asked_at < LASTS and secrets.compare_digest(
        _plain(answer).encode(), row.answer.encode()
    )


def picture(challenge_id: UUID, *, at: datetime) -> bytes:
    """The question as PNG. Raises `NoChallenge`, also for a sum, which stands on the page in words."""
    row = _open(challenge_id, at=at, kind=Kind.DIGITS)
    return challenge_picture.drawn(row.answer, seed=_seed(row))


def sound(challenge_id: UUID, *, at: datetime) -> bytes:
    """The question as WAV. Raises as `picture`."""
    row = _open(challenge_id, at=at, kind=Kind.DIGITS)
    return challenge_voice.spoken(row.answer, seed=_seed(row))


def _open(challenge_id: UUID, *, at: datetime, kind: Kind | None = None) -> Challenge:
    rows = Challenge.objects.filter(pk=challenge_id, asked_at__gt=at - LASTS)
    row = (rows if kind is None else rows.filter(kind=kind)).first()
    if row is None:
        raise NoChallenge
    return row


def _seed(row: Challenge) -> int:
    return int.from_bytes(row.pk.bytes[-4:], "big")


def _digits() -> str:
    return "".join(secrets.choice(challenge_voice.DIGITS) for _ in range(LENGTH))


def _sum() -> tuple[str, str]:
    """A sum in words whose answer lies between 1 and 18."""
    one, other = (1 + secrets.randbelow(9) for _ in range(2))
    if secrets.randbelow(2) or one == other:
        return f"{_SAID[one]}加{_SAID[other]}等于几？", str(one + other)
    return f"{_SAID[max(one, other)]}减{_SAID[min(one, other)]}等于几？", str(abs(one - other))


def _plain(text: str) -> str:
    """The answer in plain digits, also where somebody wrote or dictated 十二; what is no number stays as it is."""
    tidy = "".join(unicodedata.normalize("NFKC", text[:20]).split())
    if tens := _TENS.fullmatch(tidy):
        return str(10 * _SAID.index(tens["tens"] or "一") + _SAID.index(tens["ones"] or "零"))
    if tidy and all(character in _SAID[:10] for character in tidy):
        return "".join(str(_SAID.index(character)) for character in tidy)
    return tidy
