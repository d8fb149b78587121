"""Keeping identity and telephone numbers out of stored page text (S5.1, S5.5). The originals keep them."""

import re

from nianlun.kernel.identity import mask

_GAP = r"[ 　]?"
_IDENTITY = re.compile(
    rf"(?<!\d)\d(?:{_GAP}\d){{13}}(?:(?:{_GAP}\d){{2}}{_GAP}[\dXx×]|{_GAP}\d{{0,1}})(?![\dXx])"
)
_TELEPHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LONG = re.compile(r"(?<!\d)\d{14,19}[Xx]?(?!\d)")


def mask_within(text: str) -> str:
    """The text with every run that can be an identity, account or mobile number masked but for its ends."""
    text = _IDENTITY.sub(_masked, text)
    text = _LONG.sub(_masked, text)
    return _TELEPHONE.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    return mask("".join(found.group().split()))
