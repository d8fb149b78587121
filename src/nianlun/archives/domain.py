"""What kinds of document a pension archive holds, and what each can prove. No database, no clock."""

from dataclasses import dataclass
from datetime import MAXYEAR, date
from enum import StrEnum

from nianlun.access.domain import Role


class Grade(StrEnum):
    """How strongly a document proves what it says, by the circumstances of its making.

    The order follows the principle of 劳社部发〔1999〕8号 that the first record prevails; the letters are this
    system's own. A machine's confidence in its reading never changes a grade.
    """

    A = "A"  # made at the event by a competent body, original, sealed, in the file
    B = "B"  # made at the event by the unit, unsealed or a copy
    C = "C"  # compiled later from other papers
    D = "D"  # stated or declared later
    E = "E"  # reconstructed without an original

    @property
    def label(self) -> str:
        return {
            "A": "强：当时由有权机关形成",
            "B": "较强：当时由单位形成",
            "C": "一般：事后汇总",
            "D": "弱：事后陈述",
            "E": "很弱：无原件的重建",
        }[self.value]


WORK_SECRETS_FOR = frozenset({Role.CLERK, Role.ARCHIVIST, Role.REVIEWER, Role.KEEPER, Role.LEADER})
"""Posts that need to see items of the class 工作秘密 within their scope (S2.3); to all others they are not there."""


class Category(StrEnum):
    """The five kinds of archives an agency keeps (五类档案)."""

    BUSINESS = "business"
    ADMINISTRATIVE = "administrative"
    EQUIPMENT = "equipment"
    OBJECT = "object"
    AUDIO_VISUAL = "audio_visual"

    @property
    def label(self) -> str:
        return _CATEGORIES[self][0]

    @property
    def code_stem(self) -> str:
        """The first parts of the category number, by DA/T 13-2022; pension business is a 专业 archive."""
        return _CATEGORIES[self][1]


_CATEGORIES = {
    Category.BUSINESS: ("业务档案", "ZY·YL"),
    Category.ADMINISTRATIVE: ("文书档案", "WS"),
    Category.EQUIPMENT: ("设备档案", "KJ·SB"),
    Category.OBJECT: ("实物档案", "SW"),
    Category.AUDIO_VISUAL: ("声像档案", "ZP"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document: its printed title, what it proves at best, and whether personnel files hold it."""

    label: str
    titles: tuple[str, ...]  # headings under which it is printed; the first is the usual one
    grade: Grade
    in_personnel_file: bool
    written_by_the_person: bool = False


class DocumentKind(StrEnum):
    """Kinds of document by their function, whatever heading a unit printed on them."""

    HIRING_APPROVAL = "hiring_approval"
    WORKER_REGISTRATION = "worker_registration"
    GRADING_APPROVAL = "grading_approval"
    WAGE_CHANGE = "wage_change"
    CADRE_RESUME = "cadre_resume"
    ENLISTMENT = "enlistment"
    DEMOBILISATION = "demobilisation"
    SENT_DOWN = "sent_down"
    RETURN_TO_CITY = "return_to_city"
    TRANSFER_ORDER = "transfer_order"
    LABOUR_CONTRACT = "labour_contract"
    TERMINATION = "termination"
    LAID_OFF = "laid_off"
    CONTRIBUTION_BOOK = "contribution_book"
    WAGE_SHEET = "wage_sheet"
    IDENTITY_CARD = "identity_card"
    HOUSEHOLD_PAGE = "household_page"
    ENROLMENT = "enrolment"
    RESIDENT_ENROLMENT = "resident_enrolment"
    RETIREMENT_APPLICATION = "retirement_application"
    STATEMENT = "statement"
    CASE_FILE = "case_file"
    OTHER = "other"

    @property
    def about(self) -> Kind:
        return KINDS[self]

    @property
    def label(self) -> str:
        return KINDS[self].label


def _kind(label: str, grade: Grade, *titles: str, filed: bool = True, own_hand: bool = False) -> Kind:
    return Kind(
        label=label,
        titles=(label, *titles),
        grade=grade,
        in_personnel_file=filed,
        written_by_the_person=own_hand,
    )


KINDS: dict[DocumentKind, Kind] = {
    DocumentKind.HIRING_APPROVAL: _kind(
        "招收工人审批表", Grade.A, "招工审批表", "录用职工审批表", "招工审定表", "招收新职工审批表"
    ),
    DocumentKind.WORKER_REGISTRATION: _kind(
        "职工登记表", Grade.C, "工人登记表", "职工履历表", own_hand=True
    ),
    DocumentKind.GRADING_APPROVAL: _kind("学徒转正定级审批表", Grade.A, "转正定级审批表", "转正定级表"),
    DocumentKind.WAGE_CHANGE: _kind("职工工资变动审批表", Grade.A, "工资变动审批表", "职工调整工资审批表"),
    DocumentKind.CADRE_RESUME: _kind("干部履历表", Grade.C, "干部登记表", own_hand=True),
    DocumentKind.ENLISTMENT: _kind("应征公民入伍登记表", Grade.A, "入伍登记表", "入伍批准书"),
    DocumentKind.DEMOBILISATION: _kind("退伍军人登记表", Grade.A, "退出现役登记表", "复员军人登记表"),
    DocumentKind.SENT_DOWN: _kind(
        "知识青年上山下乡登记表", Grade.A, "知青上山下乡登记表", "上山下乡审批表"
    ),
    DocumentKind.RETURN_TO_CITY: _kind("知识青年回城招工登记表", Grade.A, "回城招工表"),
    DocumentKind.TRANSFER_ORDER: _kind("职工调动通知书", Grade.A, "调令", "行政介绍信"),
    DocumentKind.LABOUR_CONTRACT: _kind("劳动合同书", Grade.B, "全民所有制职工劳动合同书"),
    DocumentKind.TERMINATION: _kind("解除劳动关系证明书", Grade.A, "终止（解除）劳动合同证明书"),
    DocumentKind.LAID_OFF: _kind("职工下岗证明", Grade.B, "下岗职工证明"),
    DocumentKind.CONTRIBUTION_BOOK: _kind("职工养老保险手册", Grade.B, "养老保险手册", filed=False),
    DocumentKind.WAGE_SHEET: _kind("职工工资发放表", Grade.B, "工资表", "工资台账", filed=False),
    DocumentKind.IDENTITY_CARD: _kind("居民身份证", Grade.B, "居民身份证复印件", filed=False),
    DocumentKind.HOUSEHOLD_PAGE: _kind("常住人口登记卡", Grade.B, "户口登记卡", filed=False),
    DocumentKind.ENROLMENT: _kind("社会保险参保登记表", Grade.B, "职工参保登记表", filed=False),
    DocumentKind.RESIDENT_ENROLMENT: _kind("城乡居民基本养老保险参保登记表", Grade.B, filed=False),
    DocumentKind.RETIREMENT_APPLICATION: _kind(
        "企业职工退休申请表", Grade.D, "退休审批表", filed=False, own_hand=True
    ),
    DocumentKind.STATEMENT: _kind("情况说明", Grade.D, "单位证明", "证明", filed=False),
    DocumentKind.CASE_FILE: _kind("业务办件", Grade.C, filed=False),
    DocumentKind.OTHER: _kind("其他材料", Grade.D, filed=False),
}


def kept_until(retention: str, *, formed_on: date) -> date | None:
    """The first day on which an item may be destroyed; None for one kept permanently, or whose term we cannot read.

    Terms run from 1 January of the year after the record was formed (社会保险业务档案管理规定（试行）, 2009).
    `retention` is a code of DA/T 13-2022: `Y`, `D10`, `D30` and so on.
    """
    years = retention.removeprefix("D")
    if not (retention.startswith("D") and years.isdecimal()) or formed_on.year + 1 + int(years) > MAXYEAR:
        return None
    return date(formed_on.year + 1 + int(years), 1, 1)
