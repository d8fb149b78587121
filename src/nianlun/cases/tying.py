"""What a case was reviewed for is what its grant brings into force: kept with the first review, compared at the grant.

Rulings and assessments are proposed outside the case. Without this, what the reviewers looked at could be sent back
and something else proposed in its place, which the last of them would bring into force unseen.
"""

from nianlun.access.domain import Refused
from nianlun.cases import effects
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.flow import Move, State
from nianlun.cases.effects import Subject
from nianlun.cases.models import Case

_SUBJECT = "subject"


def reviewed(effect: str, facts: CaseFacts) -> dict[str, object]:
    """What the first review keeps with its move; empty where nothing outside the case would come into force."""
    subject = effects.subject_of(effect, facts)
    if subject is None:
        return {}
    return {_SUBJECT: {"sentence": subject.sentence, "digest": subject.digest}}


def ensure_reviewed(row: Case, subject: Subject | None) -> None:
    """Return where the grant brought into force what the latest first review looked at.

    To be called in the granting transaction after the effect, with what that took in hand: what is proposed while it
    runs cannot slip in between. Raises `Refused`, which undoes it.
    """
    if subject is None:
        return
    passes = row.actions.filter(move=Move.PASS.value, state=State.FIRST_REVIEW.value)
    latest = passes.order_by("-number").first()
    kept = latest.details.get(_SUBJECT, {}) if latest is not None else {}
    if kept.get("digest") != subject.digest:
        raise Refused(
            f"初审以后提出的{subject.what}变了（原来：{kept.get('sentence', '没有')}，现在：{subject.sentence}）。"
            "请退回初审重看。"
        )
