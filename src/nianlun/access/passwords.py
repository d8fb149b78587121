"""Hashing passwords at a bounded cost (S1.1), and telling weak ones (S1.2)."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, product

from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

AT_ONCE = 4
WAITING = 4
PATIENCE_SECONDS = 2.0
LONGEST = 256
SHORTEST = 10

_places = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)


class TooBusy(Exception):
    """The room is full, or the queue in it did not move for two seconds; answered with 503."""

    def __init__(self) -> None:
        super().__init__("现在登录的人很多，请过几秒再试。")


@contextmanager
def room() -> Iterator[None]:
    """Room for one who signs in, before anything is read or written for them. Raises `TooBusy` at once if full.

    Whoever computes or waits for a place holds a thread of the web server; those left over answer everybody else.
    """
    if not _room.acquire(blocking=False):
        raise TooBusy
    try:
        yield
    finally:
        _room.release()


@contextmanager
def place() -> Iterator[None]:
    """One of the four places of this process in which a password may be computed. Raises `TooBusy`."""
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise TooBusy
    try:
        yield
    finally:
        _places.release()


class Argon2id(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: 4 places hold at most 76 MiB."""

    algorithm = "argon2"
    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with place():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with place():
            return super().verify(password, encoded)

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to add: every hash has the one cost."""


_hasher = Argon2id()


def hashed(password: str | None) -> str:
    """The password as it is kept; None makes an account nobody can sign in to with a password."""
    return make_password(password, hasher=_hasher)


def matches(password: str, kept: str | None) -> bool:
    """Whether the password is the kept one. Takes as long where nothing usable is kept (S1.5)."""
    usable = kept is not None and kept.startswith("argon2$")
    return _hasher.verify(password, kept if kept and usable else _decoy()) and usable


_decoys: list[str] = []


def _decoy() -> str:
    if not _decoys:
        _decoys.append(_hasher.encode("no account has this password", _hasher.salt()))
    return _decoys[0]


_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb",
)
_TRADE = (
    *(
        "shebao",
        "laobao",
        "renshe",
        "yanglao",
        "yibao",
        "gongshang",
        "shiye",
        "laodong",
        "zhigong",
        "tuixiu",
    ),
    *("dangan", "nianlun", "hebei", "baoding", "beijing", "shanghai", "renliziyuan", "xinxi", "zhongxin"),
    *(
        "admin",
        "administrator",
        "root",
        "system",
        "password",
        "passwd",
        "mima",
        "guanliyuan",
        "user",
        "test",
    ),
    *("welcome", "letmein", "iloveyou", "woaini", "wang", "zhang", "liu", "chen", "12333"),
)
_LOOKALIKES = str.maketrans({"@": "a", "0": "o", "$": "s", "3": "e", "5": "s", "7": "t", "!": "i"})
_OWN_WORK = 5


def weakness(password: str, *, login: str = "", known: tuple[str, ...] = ()) -> str | None:
    """What is wrong with a new password, as a sentence for its owner, or None where nothing is.

    `known` are texts known of the owner: name, identity number, telephone, employer; names count in pinyin too.
    Beside length, it asks how much of the password is left when the words of this trade, years, dates,
    keyboard runs and repetitions are taken out; zxcvbn lets `shebao2024` and identity numbers pass.
    """
    if len(password) < SHORTEST:
        return f"口令至少 {SHORTEST} 位，现在是 {len(password)} 位。"
    if len(password) > LONGEST:
        return f"口令最多 {LONGEST} 位，现在是 {len(password)} 位。"
    lowered = password.lower()
    if len(login) >= 3 and (login.lower() in lowered or login.lower()[::-1] in lowered):
        return "口令里不能有账号。请换一个。"
    letters = re.sub(r"[^a-z]", "", lowered)
    if any(piece in lowered for text in known for piece in _pieces(text.lower())) or any(
        piece in letters for text in known for piece in _spelled(text)
    ):
        return "口令里不能有本人的姓名、证件号、手机号、出生日期或单位。请换一个。"
    if re.search(r"\d{17}[\dx]|\d{15}|1[3-9]\d{9}", lowered):
        return "口令里不能有证件号或手机号。请换一个。"
    if password.isdigit():
        return "口令不能全是数字。请加上字母。"
    if min(_own_work(lowered), _own_work(lowered.translate(_LOOKALIKES))) < _OWN_WORK:
        return "这个口令容易被猜到：去掉常用词、年份和键盘连打，所剩太少。可用几个不相干的词连起来。"
    return None


def _pieces(text: str) -> set[str]:
    """The text itself, and every six neighbouring characters of one that is mostly digits."""
    if sum(character.isdigit() for character in text) < 6:
        return {text} if len(text) >= (3 if text.isascii() else 2) else set()  # 李静 is a name, "li" is not
    return {text[i : i + 6] for i in range(len(text) - 5)}


_FULL_NAME = 4  # characters; a longer text is a unit's
_TOGETHER = 3  # characters of a unit's name that give it away
_SHORTEST_SPELLING = 4  # letters; "lian" may be 李安, "li" anybody
_MOST_SPELLINGS = 32


def _spelled(text: str) -> set[str]:
    """A name in pinyin, surname first and last, in every reading; of a unit's name each three characters together."""
    characters = "".join(c for c in text if "\u4e00" <= c <= "\u9fff")
    if len(characters) < 2:
        return set()
    from pypinyin import Style, pinyin  # noqa: PLC0415  its tables are read when the first password is set

    readings = pinyin(characters, style=Style.NORMAL, heteronym=True)
    if len(characters) <= _FULL_NAME:
        spelled = [list(one) for one in islice(product(*readings), _MOST_SPELLINGS)]
        found = {"".join(one) for one in spelled} | {"".join((*one[1:], one[0])) for one in spelled}
    else:
        first = [one[0] for one in readings]
        found = {"".join(first[i : i + _TOGETHER]) for i in range(len(first) - _TOGETHER + 1)}
    found |= {one.replace("v", "u") for one in found}  # 吕 is lv, and lu where people have no ü
    return {one for one in found if len(one) >= _SHORTEST_SPELLING}


def _own_work(text: str) -> int:
    """How many different characters remain of a password when what everybody would try is taken out."""
    for word in sorted(_TRADE, key=len, reverse=True):
        text = text.replace(word, " ")
    for row in _ROWS:
        for line in (row, row[::-1]):
            for size in range(len(line), 3, -1):
                for start in range(len(line) - size + 1):
                    text = text.replace(line[start : start + size], " ")
    text = re.sub(r"(19|20)\d{2}((0?[1-9]|1[0-2])([0-2]?\d|3[01])?)?", " ", text)
    text = re.sub(r"(.)\1{2,}", " ", text)
    return len(set(re.sub(r"[\W_]", "", text)))
