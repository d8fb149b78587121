"""Who may not take the next step: whoever took another, is close to the person, or sits at the same machine (S2.5).

No one person may do two of 初审, 复核, 审批 and 支付 of the same business (经办条例 第三十六、三十七条; the agencies'
own rules of separation name these four). No database, no clock.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from nianlun.cases.domain.flow import STATE_OF
from nianlun.cases.domain.types import Step


class NotSeparate(Exception):
    """The same hands would take two steps; the message says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """One who took one of the separate steps of a case; `device` is empty where none is known."""

    account_id: int
    step: Step
    device: str = ""


def ensure_separate(
    step: Step, hands: Sequence[Hand], *, account_id: int, device: str, close: Collection[int]
) -> None:
    """Return where this account may take the step. Raises `NotSeparate`.

    `close` are the accounts, among those of `hands`, of the same person, the spouse or registered kin.
    """
    for hand in hands:
        if hand.step is step:
            continue  # the same step again, after a return
        done, wanted = STATE_OF[hand.step].label, STATE_OF[step].label
        if hand.account_id == account_id:
            raise NotSeparate(f"您已经办过这件业务的{done}，不能再办{wanted}。请由另一位同事办理。")
        if hand.account_id in close:
            raise NotSeparate(f"这件业务的{done}由您的亲属办理，您不能再办{wanted}。请由另一位同事办理。")
        if device and device == hand.device:
            raise NotSeparate(f"这台电脑上刚办过这件业务的{done}，不能再办{wanted}。请在自己的电脑上办理。")


def ensure_not_own(
    person_id: UUID | None,
    *,
    close_to: Collection[UUID],
    named: Collection[str] = (),
    numbers: Collection[str] = (),
) -> None:
    """Return where the case is not one's own, one's spouse's or kin's. Raises `NotSeparate`.

    `named` are the identity numbers the application names, `numbers` those of the persons to keep away from.
    """
    if (person_id is not None and person_id in close_to) or not set(named).isdisjoint(numbers):
        raise NotSeparate("这是您本人、配偶或登记亲属的业务，您要回避。请由另一位同事办理。")
