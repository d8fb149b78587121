"""What the review desk shows: one page, what it claims, and how far the examining has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nianlun.ui.widgets.viewer import Crop, PageRegion, PageView, Polygon, crop, page_view


class ClaimState(StrEnum):
    """Where the examining of one claim stands; the value is the class of its row and its region."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REWRITTEN = "rewritten"
    UNREADABLE = "unreadable"
    DISPUTED = "disputed"

    @property
    def label(self) -> str:
        return _STATES[self][0]

    @property
    def tone(self) -> str:
        """The tone of its chip."""
        return _STATES[self][1]

    @property
    def sign(self) -> str:
        return _STATES[self][2]

    @property
    def region(self) -> str:
        """The class of its region and badge: many states, three colours."""
        return _STATES[self][3]

    @property
    def is_examined(self) -> bool:
        return self in {ClaimState.ACCEPTED, ClaimState.REWRITTEN, ClaimState.UNREADABLE}


_STATES = {
    ClaimState.WAITING: ("待核", "wait", "…", "waiting"),
    ClaimState.ACCEPTED: ("已核", "ok", "✓", "accepted"),
    ClaimState.REWRITTEN: ("已改写", "ok", "✓", "accepted"),
    ClaimState.UNREADABLE: ("看不清", "plain", "?", "plain"),
    ClaimState.DISPUTED: ("存疑", "bad", "▲", "disputed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One automatic check of a claim; `outcome` is ok, bad or unknown."""

    outcome: str
    text: str

    @property
    def tone(self) -> str:
        return {"ok": "ok", "bad": "bad", "unknown": "plain"}[self.outcome]

    @property
    def sign(self) -> str:
        return {"ok": "✓", "bad": "▲", "unknown": "?"}[self.outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading the machine thought of, with how sure it was (0 to 1)."""

    value: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim of the page. The form at `form_url` sends decision=accept|rewrite|unreadable, value, polygon (JSON)."""

    number: int
    label: str
    value: str
    machine_value: str
    confidence: float
    polygon: Polygon
    state: ClaimState = ClaimState.WAITING
    candidates: Sequence[Candidate] = ()
    checks: Sequence[Check] = ()
    note: str = ""  # words of the chip, else the state's own
    compare_url: str = ""
    compare_label: str = "对照"
    form_url: str = ""
    can_decide: bool = False
    fault: str = ""  # what was wrong with the last decision, said under the field
    typed: str = ""  # what had been typed then, put back into the field

    @property
    def words(self) -> str:
        return self.note or self.state.label


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDocument:
    """The head of the desk; `chips` are (text, tone) of the macro `chip`."""

    title: str
    code: str
    person_name: str
    chips: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """One page of the document at the left."""

    url: str
    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """The image of the page under review, in pixels of the image."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim with its enlarged piece of the page; `open` is the one under examination."""

    claim: Claim
    crop: Crop
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDesk:
    """Everything `ui/review.html` draws, under the name `review`."""

    document: ReviewDocument
    thumbnails: Sequence[Thumbnail]
    view: PageView
    rows: tuple[ClaimRow, ...]
    examined: int
    stage: str
    weight: Sequence[str]
    previous_url: str
    next_url: str
    return_url: str
    submit_url: str
    can_submit: bool
    obstacle: str

    @property
    def left(self) -> int:
        """Claims still to be examined."""
        return len(self.rows) - self.examined


def review_desk(
    *,
    document: ReviewDocument,
    page: PageImage,
    claims: Sequence[Claim],
    thumbnails: Sequence[Thumbnail] = (),
    selected: int | None = None,
    stage: str = "初核",
    weight: Sequence[str] = (),
    previous_url: str = "",
    next_url: str = "",
    return_url: str = "",
    submit_url: str = "",
    obstacle: str = "",
) -> ReviewDesk:
    """Put the desk together. `selected` is the number of the open claim; without it the first one not examined.

    `obstacle` says why the page may not be submitted though all is examined (the same person, for one). Empty
    addresses leave their buttons out.
    """
    chosen = (
        selected
        if selected is not None
        else next((c.number for c in claims if not c.state.is_examined), None)
    )
    regions = [
        PageRegion(
            number=claim.number,
            polygon=claim.polygon,
            label=f"{claim.number} {claim.label}：{claim.value}（{claim.words}）",
            state=claim.state.region,
            selected=claim.number == chosen,
        )
        for claim in claims
        if len(claim.polygon) >= 3
    ]
    examined = sum(claim.state.is_examined for claim in claims)
    return ReviewDesk(
        document=document,
        thumbnails=thumbnails,
        view=page_view(
            url=page.url,
            width=page.width,
            height=page.height,
            title=f"{document.title}，{document.code}",
            regions=regions,
        ),
        rows=tuple(
            ClaimRow(
                claim=claim,
                crop=crop(claim.polygon or _WHOLE, url=page.url, width=page.width, height=page.height),
                open=claim.number == chosen,
            )
            for claim in claims
        ),
        examined=examined,
        stage=stage,
        weight=weight,
        previous_url=previous_url,
        next_url=next_url,
        return_url=return_url,
        submit_url=submit_url,
        can_submit=bool(submit_url) and examined == len(claims) and not obstacle,
        obstacle=obstacle,
    )


_WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
