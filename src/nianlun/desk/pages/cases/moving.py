"""What is done with one case from its page. What cannot be done is said there, with what was typed kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from nianlun.access.domain import Refused, Right, Viewer, authorize
from nianlun.access.gate import needs, viewer
from nianlun.cases import queries
from nianlun.cases.domain.forms import Incomplete
from nianlun.cases.domain.types import NotInForce, Step
from nianlun.cases.moving import Stale
from nianlun.cases.operations import (
    deciding,
    door,
    hearing,
    holding,
    opening,
    pausing,
    payout,
    posting,
    withdrawing,
)
from nianlun.cases.queries import CaseView
from nianlun.desk.case_moves import NEEDED, Deed, decides, number_of
from nianlun.desk.pages.cases.one import Attempt, Tab, draw
from nianlun.desk.seeing_cases import see_case

LONGEST = 2400


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a form asks to be done, and of which version."""

    view: CaseView
    by: Viewer
    version: int
    sent: QueryDict
    at: datetime

    @property
    def case_id(self) -> UUID:
        return self.view.line.id

    def text(self, name: str = "text") -> str:
        """One answer of the form."""
        return self.sent.get(name, "")[:LONGEST]

    @property
    def agrees(self) -> bool:
        """Whether the button that says yes was pressed."""
        return self.sent.get("agree") == "yes"


@require_POST
@needs(Right.CASE_READ)
def do(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """Do one thing with a case. A refusal is answered with the case's page, the form open and filled as it was."""
    if deed not in set(Deed):
        raise Http404
    wanted, at = Deed(deed), timezone.now()
    who = viewer(request)
    queries.case_numbered(who, number)  # out of sight before not allowed: it looks like what is not there
    _authorize(who, wanted)
    view = see_case(request, number, what=f"：{wanted.label}", at=at)
    asked = Asked(
        view=view, by=who, version=number_of(request.POST.get("version", "")), sent=request.POST, at=at
    )
    try:
        said = _DEEDS[wanted](asked)
    except Refused as reason:
        return _kept(request, asked, wanted, reason)
    if wanted is Deed.CORRECT:
        messages.success(request, "更正业务已立案。请核对内容，收齐材料后受理。")
        return redirect("desk:case", said)
    messages.success(request, f"{number}：{said}")
    return redirect("desk:case", number)


def _authorize(who: Viewer, deed: Deed) -> None:
    """Refuse whoever holds none of the rights the deed could need; that ends in the journal like any refusal."""
    if not any(who.may(right) for right in NEEDED[deed]):
        authorize(who, NEEDED[deed][0])


def _kept(request: HttpRequest, asked: Asked, deed: Deed, reason: Refused) -> HttpResponse:
    """The page as it stands now, with the sentence, and every word of the form kept."""
    stale = isinstance(reason, Stale)
    wanted = request.POST.get("tab", "")
    fresh = queries.case(asked.by, asked.case_id)
    attempt = Attempt(
        sentence=reason.sentence,
        deed=deed,
        typed={
            name: asked.text(name) for name in request.POST if name not in ("csrfmiddlewaretoken", "tab")
        },
        missing=tuple(request.POST.getlist("missing")),
        members=tuple(request.POST.getlist("members")),
        seen=asked.version if stale else None,
        status=409 if stale else 403,
    )
    return draw(request, fresh, Tab(wanted) if wanted in set(Tab) else Tab.OVERVIEW, attempt=attempt)


def _accept(asked: Asked) -> str:
    door.accept(asked.case_id, by=asked.by, version=asked.version, at=asked.at)
    return "已受理，开始计时。"


def _reject(asked: Asked) -> str:
    door.reject(asked.case_id, by=asked.by, version=asked.version, reason=asked.text(), at=asked.at)
    return "已提出不予受理，等复核人员同意。"


def _decide_rejection(asked: Asked) -> str:
    door.decide_rejection(
        asked.case_id,
        by=asked.by,
        version=asked.version,
        agree=asked.agrees,
        text=asked.text(),
        at=asked.at,
    )
    return "不予受理已决定。" if asked.agrees else "已退回，由经办人员继续受理。"


def _ask(asked: Asked) -> str:
    pausing.ask_supplement(
        asked.case_id,
        by=asked.by,
        version=asked.version,
        missing=asked.sent.getlist("missing"),
        text=asked.text(),
        at=asked.at,
    )
    return "已要求补正，期间不计时。"


def _suspend(asked: Asked) -> str:
    pausing.suspend(asked.case_id, by=asked.by, version=asked.version, reason=asked.text(), at=asked.at)
    return "已中止，期间不计时。"


def _resume(asked: Asked) -> str:
    pausing.resume(asked.case_id, by=asked.by, version=asked.version, text=asked.text(), at=asked.at)
    return "已恢复办理，继续计时。"


def _pass(asked: Asked) -> str:
    deciding.pass_on(
        asked.case_id,
        by=asked.by,
        version=asked.version,
        text=asked.text(),
        advice=asked.sent.get("advice", "grant") != "refuse",
        at=asked.at,
    )
    done = asked.view.line.state.label
    if asked.view.line.granted:
        return "新账户核对完成，已交财务付款。"
    last = decides(asked.view) and asked.view.type.steps[-1] is asked.view.line.state.step
    return f"{done}通过，已办结。" if last else f"{done}完成，已交下一步。"


def _return(asked: Asked) -> str:
    to = asked.sent.get("to", "")
    if to not in set(Step):
        raise Refused("请选退回到哪一步。")
    deciding.send_back(
        asked.case_id, by=asked.by, version=asked.version, to=Step(to), text=asked.text(), at=asked.at
    )
    return f"已退回{Step(to).label}。"


def _refuse(asked: Asked) -> str:
    deciding.refuse(asked.case_id, by=asked.by, version=asked.version, text=asked.text(), at=asked.at)
    return "已决定不予批准，正在出具决定书。"


def _pay(asked: Asked) -> str:
    deciding.pay(
        asked.case_id, by=asked.by, version=asked.version, voucher=asked.text("voucher"), at=asked.at
    )
    return "支付已登记，业务办结。"


def _pay_failed(asked: Asked) -> str:
    payout.payment_failed(
        asked.case_id, by=asked.by, version=asked.version, reason=asked.text(), at=asked.at
    )
    return "已登记支付不成，等换收款账户，期间不计时。"


def _account(asked: Asked) -> str:
    payout.take_account(
        asked.case_id, by=asked.by, version=asked.version, account=asked.text("account"), at=asked.at
    )
    return "新的收款账户已登记，等复核人员核对。"


def _withdraw(asked: Asked) -> str:
    withdrawing.withdraw(
        asked.case_id, by=asked.by, version=asked.version, reason=asked.text(), at=asked.at
    )
    return "已提出撤销，等复核人员同意。"


def _decide_withdrawal(asked: Asked) -> str:
    withdrawing.decide_withdrawal(
        asked.case_id,
        by=asked.by,
        version=asked.version,
        agree=asked.agrees,
        text=asked.text(),
        at=asked.at,
    )
    return "已撤销。" if asked.agrees else "不撤销，继续办理。"


def _posting(asked: Asked) -> str:
    try:
        since, until = (date.fromisoformat(asked.text(name)) for name in ("since", "until"))
    except ValueError:
        raise Refused("请填公示的第一天和最后一天，例如 2026-03-02。") from None
    posting.record_posting(
        asked.case_id,
        by=asked.by,
        version=asked.version,
        place=asked.text("place"),
        since=since,
        until=until,
        objections=asked.text(),
        at=asked.at,
    )
    return "公示已登记，公示的日子不计时。"


def _hearing(asked: Asked) -> str:
    members = [number_of(text) for text in asked.sent.getlist("members")]
    hearing.call_hearing(
        asked.case_id,
        by=asked.by,
        version=asked.version,
        members=members,
        question=asked.text(),
        at=asked.at,
    )
    return "已提请会审，各位同事的办件页会看到。"


def _opinion(asked: Asked) -> str:
    hearing.give_opinion(
        asked.case_id,
        by=asked.by,
        version=asked.version,
        agree=asked.agrees,
        text=asked.text(),
        at=asked.at,
    )
    return "会审意见已记下。"


def _close_hearing(asked: Asked) -> str:
    hearing.close_hearing(asked.case_id, by=asked.by, version=asked.version, text=asked.text(), at=asked.at)
    return "会审已结束，可以继续办理。"


def _take(asked: Asked) -> str:
    holding.take(asked.case_id, by=asked.by, version=asked.version, at=asked.at)
    return "已领取。"


def _hand_over(asked: Asked) -> str:
    to = number_of(asked.sent.get("to", ""))
    if to < 0:
        raise Refused("请选转交给哪位同事。")
    holding.hand_over(
        asked.case_id, by=asked.by, version=asked.version, to=to, reason=asked.text(), at=asked.at
    )
    return "已转交。"


def _correct(asked: Asked) -> str:
    """Open the correcting case; answers with its number."""
    try:
        key = UUID(asked.sent.get("request_key", ""))
    except ValueError:
        raise Refused("这个页面不完整。请刷新后重新填写。") from None
    try:
        made = opening.open_correction(
            asked.case_id, by=asked.by, request_key=key, reason=asked.text(), at=asked.at
        )
    except (Incomplete, NotInForce) as reason:
        raise Refused(f"不能照原样另立更正业务：{reason} 请从“受理业务”新收一件。") from reason
    return queries.case(asked.by, made).line.number


_DEEDS: dict[Deed, Callable[[Asked], str]] = {
    Deed.ACCEPT: _accept,
    Deed.REJECT: _reject,
    Deed.DECIDE_REJECTION: _decide_rejection,
    Deed.ASK: _ask,
    Deed.SUSPEND: _suspend,
    Deed.RESUME: _resume,
    Deed.PASS: _pass,
    Deed.RETURN: _return,
    Deed.REFUSE: _refuse,
    Deed.PAY: _pay,
    Deed.PAY_FAILED: _pay_failed,
    Deed.ACCOUNT: _account,
    Deed.WITHDRAW: _withdraw,
    Deed.DECIDE_WITHDRAWAL: _decide_withdrawal,
    Deed.POSTING: _posting,
    Deed.HEARING: _hearing,
    Deed.OPINION: _opinion,
    Deed.CLOSE_HEARING: _close_hearing,
    Deed.TAKE: _take,
    Deed.HAND_OVER: _hand_over,
    Deed.CORRECT: _correct,
}
