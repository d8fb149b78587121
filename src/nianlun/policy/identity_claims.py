"""What an identity number says about sex, birth and place: claims with their weight, never facts.

Which birth date is fact is ruled on by 劳社部发〔1999〕8号 第二条: where identity card and personnel file differ,
the date that the file recorded first prevails.
"""

import unicodedata
from dataclasses import dataclass

from nianlun.kernel.divisions import Division
from nianlun.kernel.divisions import shipped as known_divisions
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber, from15, mask
from nianlun.policy.answers import gathered
from nianlun.policy.assessment import Assessment
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.derivation import Node
from nianlun.policy.lawbook import LawBook
from nianlun.policy.sheet import Evidence

BIRTH_RULE = "劳社部发〔1999〕8号 第二条"
STANDARD = "GB 11643-1999"
SEXES = {"male": "男", "female": "女"}
LABELS = {
    "birth_date": "号码所载出生日期",
    "birth_weight": "出生日期的证明力",
    "sex": "号码所载性别",
    "sex_weight": "性别的证明力",
    "division": "号码前六位",
    "division_name": "发证时的地区（提示）",
    "check": "校验码",
    "digits": "位数",
}
FILE_FIRST = "只是记载：与人事档案不一致时，以档案最先记载的出生时间为准"
BY_PARITY = "只是记载：由顺序码的奇偶得出，与证件、档案核对"
CENTURY = "15 位号码只有两位年份，世纪按 19 认定，须凭其他材料核对"
NO_CHECK = "15 位号码没有校验码，抄错一位也看不出来"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a number says, and what its weight is, in Chinese."""

    about: str
    value: str
    weight: str
    article: str


def identity_claims(text: str) -> tuple[IdentityNumber, tuple[Claim, ...]]:
    """The claims of a number of eighteen or fifteen digits. Raises `NotAnIdentityNumber`, never with the number."""
    old = len(_compact(text)) == 15
    number = from15(text) if old else IdentityNumber.parse(text)
    birth = f"{FILE_FIRST}；{CENTURY}" if old else FILE_FIRST
    return number, (
        Claim("birth_date", number.birth_date.isoformat(), birth, BIRTH_RULE),
        Claim("sex", SEXES[number.sex], f"{BY_PARITY}；{NO_CHECK}" if old else BY_PARITY, STANDARD),
        Claim(
            "division",
            number.division,
            "提示：发证时的户籍地，不是现在的户籍地，也不是待遇领取地",
            STANDARD,
        ),
    )


def assess(case: Case, book: LawBook, evidence: Evidence) -> Assessment:
    """The kind `identity_number`. Numbers are masked in everything that is written down."""
    text = case.text("number")
    case.finish()
    try:
        number, claims = identity_claims(text)
    except NotAnIdentityNumber as reason:
        raise BadCase(f"number：{reason}") from None
    old = len(_compact(text)) == 15
    stated = Node(
        id="number",
        title="身份证号",
        value=mask(_compact(text)),
        unit="",
        evidence=evidence.get("number", ()),
    )
    nodes = [
        Node(
            id=claim.about,
            title=LABELS[claim.about],
            value=claim.value,
            unit="",
            rule=claim.weight,
            article=claim.article,
            inputs=(stated,),
        )
        for claim in claims
    ]
    found = {claim.about: claim for claim in claims}
    return Assessment(
        kind=case.kind,
        title=case.title or "身份证号的记载",
        sentence=(
            f"号码记载 {found['birth_date'].value} 出生，{found['sex'].value}。"
            "这是记载，不是认定；出生日期须与人事档案一起认定。"
        ),
        amounts={},
        total=None,
        figures={
            "birth_date": found["birth_date"].value,
            "birth_weight": found["birth_date"].weight,
            "sex": found["sex"].value,
            "sex_weight": found["sex"].weight,
            "division": number.division,
            "division_name": _division_names(number.division),
            "check": "没有（15 位）" if old else "相符",
            "digits": "15" if old else "18",
        },
        labels=LABELS,
        derivation=gathered("claims", "号码的记载", nodes, value="三项记载"),
        notes=(CENTURY, NO_CHECK) if old else (),
    )


def _division_names(code: str) -> str:
    """Province, prefecture and county with every name a code ever bore: the number does not tell its day."""
    known = known_divisions()
    levels = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
    named = ["、".join(_name(one) for one in known.history(level)) for level in levels]
    found = " / ".join(name for name in named if name)
    return found if named[-1] else " / ".join(part for part in (found, "区划表里没有这个代码") if part)


def _name(division: Division) -> str:
    return f"{division.name}（到 {division.until.year} 年）" if division.until else division.name


def _compact(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if sign.isalnum())
