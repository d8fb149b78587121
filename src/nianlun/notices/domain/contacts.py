"""By which address somebody is reached, how it is shown, and when it counts as confirmed."""

import re
from datetime import timedelta
from enum import StrEnum

CODE_LASTS = timedelta(minutes=5)
TRIES_OF_A_CODE = 5
CODES_A_DAY = 5
"""For one person, and for one address, so that nobody's phone is flooded by way of us."""
CODE_PAUSE = timedelta(minutes=1)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_LONGEST_EMAIL = 100
_PROOF = range(2, 101)


class Channel(StrEnum):
    """A way out of the house. What waits inside needs none."""

    SMS = "sms"
    EMAIL = "email"

    @property
    def label(self) -> str:
        return "短信" if self is Channel.SMS else "电子邮件"

    @property
    def address_label(self) -> str:
        """What the address of this way is called."""
        return "手机号" if self is Channel.SMS else "电子邮箱"


class ConfirmedBy(StrEnum):
    """Who made sure that the address is this person's."""

    CODE = "code"
    COUNTER = "counter"

    @property
    def label(self) -> str:
        return "本人用验证码确认" if self is ConfirmedBy.CODE else "窗口核对证件登记"


class NotAContact(ValueError):
    """What was typed is no address of this kind; the sentence says what is wrong."""


class NotConfirmed(ValueError):
    """The address could not be confirmed now; the sentence says why and what comes next."""


def read_address(channel: Channel, text: str) -> str:
    """The address in its one form: eleven digits, or a mail address in small letters. Raises `NotAContact`."""
    plain = "".join(text.split())
    if channel is Channel.SMS:
        digits = re.sub(r"[-－]", "", plain)
        digits = re.sub(r"^(?:\+|00)86", "", digits)
        if not _MOBILE.fullmatch(digits):
            raise NotAContact("手机号应为 11 位，以 13 至 19 开头。请核对。")
        return digits
    if len(plain) > _LONGEST_EMAIL or not _EMAIL.fullmatch(plain) or ".." in plain:
        raise NotAContact("电子邮箱应写成 name@example.com 的形式，不超过 100 个字符。请核对。")
    return plain.lower()


def masked(channel: Channel, address: str) -> str:
    """The address as pages show it: enough to recognise one's own."""
    if channel is Channel.SMS:
        return f"{address[:3]}••••{address[-4:]}"
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"


def read_proof(text: str) -> str:
    """What the clerk was shown, in a few words. Raises `NotAContact`."""
    tidy = " ".join("".join(c for c in text if c.isprintable()).split())
    if len(tidy) not in _PROOF:
        raise NotAContact("请写明核对了什么证件，例如“居民身份证原件，本人到场”。2 至 100 个字。")
    return tidy
