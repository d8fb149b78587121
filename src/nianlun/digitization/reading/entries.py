"""What an entry means: the text read, brought into the canonical form of its claim, or nothing."""

import re
import unicodedata
from datetime import date

from nianlun.digitization.reading.labels import is_label, plain
from nianlun.kernel.dates import NotADate, PartialDate, parse_partial_date
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber

DATES = ("birth_date", "work_start", "ended_on", "recorded_on")
_HAN = r"\u3400-\u9fff\U00020000-\U000323af"
_NAME = re.compile(rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,10}}[·•][{_HAN}]{{1,10}}")
_CHECKED = re.compile(r"[☑√✓■●]\s*([男女])|([男女])\s*[☑√✓■]")
_NUMERAL = "0-9OoIl|〇○零一二三四五六七八九十廿卅元"
_DATE = re.compile(
    rf"(?:农历|阴历|旧历)?[{_NUMERAL}]{{2,4}}年[{_NUMERAL}正冬腊]{{1,3}}月(?:[{_NUMERAL}初]{{1,3}}日?)?"
    r"|\d{2,4}[-./、]\d{1,2}(?:[-./、]\d{1,2})?"
    rf"|[{_NUMERAL}]{{2,4}}年(?:[春夏秋冬]|[上下]半年)?|(?:18|19|20)\d{{2}}(?:\d{{4}}|\d{{2}})?"
)
_DIGIT_LIKE = str.maketrans(
    {"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "〇": "0", "×": "X", "x": "X", "*": "X"}
)
# 人 is misread as 入 more than any other character of units' names; 入 before these makes no word.
_MISREAD = re.compile("入(?=[民员力事社武])")
_NO_UNIT = re.compile(r"[（(]?(?:盖章|签章|签字|公章|或|和|及|的|由|注|请|未|填)|.{0,4}[数单]量")
_UNIT_ENDS = re.compile(r"[厂矿场司局院校社会部所站店处行团段队班委庄村库]$|大学|中学|小学|集团")
_SHORTEST_NUMBER = 14  # digits; less is no attempt at an identity number


def meaning(name: str, text: str, *, not_after: date | None = None) -> str | None:
    """The canonical text of an entry for the claim `name`; None when the text cannot be one."""
    if name in DATES:
        found = date_in(text, not_after=not_after)
        return None if found is None else found.text
    if name == "name":
        return _name(text)
    if name == "sex":
        return _sex(text)
    if name == "identity_number":
        return _identity_number(text)
    if name == "unit":
        words = _words(text, least=3, most=60)
        return None if words is None or _NO_UNIT.match(words) else words
    return _words(text, least=1, most=20)


def date_in(text: str, *, not_after: date | None = None) -> PartialDate | None:
    """The date an entry gives, also with words round it; None when it gives none."""
    tight = "".join(unicodedata.normalize("NFKC", text).split())
    tight = re.sub(r"(?<=\d)[,。·:;](?=\d)", ".", tight).strip(".,，。;；:：~-—_|")
    for candidate in (tight, *(found[0] for found in _DATE.finditer(tight))):
        try:
            return parse_partial_date(candidate.strip(".-/、"), not_after=not_after)
        except NotADate:
            continue
    return None


def is_bare_date(text: str) -> bool:
    """Whether a line is a date to the month or day and nothing else, as above a frame or below a signature."""
    tight = "".join(unicodedata.normalize("NFKC", text).split())
    found = _DATE.match(tight)
    if found is None or len(tight) - len(found[0]) > 1 or len(found[0]) < 5:
        return False
    given = date_in(tight)
    return given is not None and given.month is not None


def _name(text: str) -> str | None:
    tight = re.sub(r"[\s_—\-:：,，.。]+", "", unicodedata.normalize("NFKC", text)).replace("•", "·")
    if not _NAME.fullmatch(tight) or is_label(tight):
        return None
    return tight


def _sex(text: str) -> str | None:
    checked = _CHECKED.search(text)
    if checked:
        return checked[1] or checked[2]
    found = {char for char in text if char in "男女"}
    return found.pop() if len(found) == 1 and len(plain(text)) <= 6 else None


def _identity_number(text: str) -> str | None:
    """The number as read. A wrong check digit is a finding for the reviewer, not a reason to hide the number."""
    tight = re.sub(r"[\s_.\-—,，。:：|]+", "", unicodedata.normalize("NFKC", text).translate(_DIGIT_LIKE))
    run = re.search(rf"\d{{{_SHORTEST_NUMBER},17}}[\dX]?", tight)
    if run is None:
        return None
    try:
        return IdentityNumber.parse(run[0]).text
    except NotAnIdentityNumber:
        return run[0]


def is_sound_number(text: str) -> bool:
    """Whether an identity number keeps its own rules."""
    try:
        IdentityNumber.parse(text)
    except NotAnIdentityNumber:
        return False
    return True


def _words(text: str, *, least: int, most: int) -> str | None:
    folded = unicodedata.normalize("NFKC", text).strip(" _—-:,.;|·、。，：；")
    tight = re.sub(rf"(?<=[{_HAN}0-9()])\s+(?=[{_HAN}0-9()])", "", folded)
    tight = _MISREAD.sub("人", tight)
    if not least <= len(tight) <= most or is_label(tight) or not re.search(rf"[{_HAN}A-Za-z]", tight):
        return None
    return tight.replace("(", "（").replace(")", "）")


def is_like_a_unit(text: str) -> bool:
    """Whether the words end as names of units do."""
    return bool(_UNIT_ENDS.search(plain(text)))
