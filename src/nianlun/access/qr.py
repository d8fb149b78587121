"""The square code an authenticator is shown, as one path of an SVG: a page carries it without any picture file."""

from dataclasses import dataclass

import pyotp
import segno

ISSUER = "年轮"
_BORDER = 4  # modules of quiet, as readers want it


@dataclass(frozen=True, slots=True)
class SquareCode:
    """A square of `size` modules; `path` draws the dark ones."""

    size: int
    path: str


def authenticator_code(secret: str, *, login: str) -> SquareCode:
    """What an authenticator reads to learn the secret of a login (otpauth)."""
    return square_code(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


def square_code(text: str) -> SquareCode:
    """The text as a square code."""
    rows = segno.make(text, error="m", micro=False).matrix
    dark = (
        f"M{x + _BORDER} {y + _BORDER}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module
    )
    return SquareCode(size=len(rows) + 2 * _BORDER, path="".join(dark))
