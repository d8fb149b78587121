"""The looks a reader may choose: which there are, and which one this request asks for."""

from django.http import HttpRequest

COOKIE = "look"
AUTOMATIC = "auto"

LOOKS: dict[str, str] = {
    AUTOMATIC: "随系统",
    "light": "浅色",
    "dark": "深色",
    "contrast": "高对比",
    "elder": "长辈版",
    "elder-large": "长辈版大字",
}
"""Code of each look and its name for the reader; the code is the value of `html[data-look]`."""


def is_elder(look: str) -> bool:
    """Whether a look is one of the two for older readers, which leave out tabs and show fewer things at once."""
    return look.startswith("elder")


def look_of(request: HttpRequest | None) -> str:
    """The look kept in the reader's cookie; the system's own where none or a strange one is kept."""
    kept = request.COOKIES.get(COOKIE, AUTOMATIC) if request is not None else AUTOMATIC
    return kept if kept in LOOKS else AUTOMATIC
