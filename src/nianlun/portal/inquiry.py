"""The public inquiry: an insured person asks by number and name, without signing in; every answer leaves its trace."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from nianlun.access.gate import open_page, shell_context
from nianlun.kernel.hotline import HOTLINE
from nianlun.portal import challenges, inquiring, inquiry_limits
from nianlun.portal.challenges import Kind, NoChallenge, Question
from nianlun.portal.inquiring import Asked, DocumentKind, Told
from nianlun.ui.downloads import closed
from nianlun.ui.looks import is_elder, look_of

FIELDS = ("kind", "number", "name", "since", "until")
WRONG = "验证码不对，或已过了 5 分钟。已换一题，请重新回答。"
NOTHING = "没有查到。证件号码和姓名要与登记的都一致，请核对。仍查不到，请带证件到窗口。"


@open_page("免登录查询：答对验证码，证件号和姓名都对上才答；按证件号和来源限次数，每次都让本人看到")
@transaction.non_atomic_requests  # what is counted stays counted, whatever becomes of the request
@sensitive_post_parameters("number", "name")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: HttpRequest) -> HttpResponse:
    """The form; a POST asks, or gets another question. The answer stands on the page of the POST and nowhere else."""
    at = timezone.now()
    if request.method != "POST":
        usual = Kind.SUM if is_elder(look_of(request)) else Kind.DIGITS
        return _form(request, question=challenges.ask(usual, at=at))
    step = request.POST.get("step", "ask")
    if step in set(Kind):
        return _form(request, question=challenges.ask(Kind(step), at=at))
    asked, faults = inquiring.read(request.POST.dict())
    if asked is None:
        return _form(request, question=_same(request, at=at), faults=faults, status=422)
    return _ask(request, asked, at=at)


def _ask(request: HttpRequest, asked: Asked, *, at: datetime) -> HttpResponse:
    """Count, then judge the answer to the challenge, then look."""
    try:
        inquiry_limits.count_source(str(getattr(request, "source_address", "")), at=at)
        if not _is_answered(request, at=at):
            question = challenges.ask(_kind(request), at=at)
            return _form(request, question=question, faults=[("answer", WRONG)], status=422)
        inquiry_limits.count_number(asked.number.text, at=at)
    except inquiry_limits.TooOften as reason:
        return _form(request, question=_same(request, at=at), stopped=str(reason), status=429)
    told = inquiring.answer(asked, at=at)
    if told is None:
        return _form(request, question=challenges.ask(_kind(request), at=at), stopped=NOTHING, status=404)
    return _page(request, told=told, asked=asked, back_url=reverse("portal:inquiry"))


@open_page("验证码的图片：只有几个数字，五分钟内有效")
@never_cache
@require_safe
def challenge_picture(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """The digits to be read."""
    return _bytes(_shown(challenges.picture, challenge_id), "image/png")


@open_page("验证码的语音：只有几个数字，五分钟内有效")
@never_cache
@require_safe
def challenge_sound(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """The same digits to be heard."""
    return _bytes(_shown(challenges.sound, challenge_id), "audio/wav")


def _shown(make: "challenges.Shown", challenge_id: UUID) -> bytes:
    try:
        return make(challenge_id, at=timezone.now())
    except NoChallenge:
        raise Http404 from None


def _bytes(content: bytes, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    return closed(response)


def _is_answered(request: HttpRequest, *, at: datetime) -> bool:
    challenge_id = _challenge_id(request)
    answer = request.POST.get("answer", "")
    return challenge_id is not None and challenges.answered(challenge_id, answer, at=at)


def _same(request: HttpRequest, *, at: datetime) -> Question:
    """The question of the form, still to be answered; another one of its kind where that has expired."""
    challenge_id = _challenge_id(request)
    try:
        if challenge_id is not None:
            return challenges.again(challenge_id, at=at)
    except NoChallenge:
        pass
    return challenges.ask(_kind(request), at=at)


def _challenge_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("challenge", ""))
    except ValueError:
        return None


def _kind(request: HttpRequest) -> Kind:
    sent = request.POST.get("asked", "")
    return Kind(sent) if sent in set(Kind) else Kind.DIGITS


def _form(
    request: HttpRequest,
    *,
    question: Question,
    faults: Sequence[tuple[str, str]] = (),
    stopped: str = "",
    status: int = 200,
) -> HttpResponse:
    typed = {field: request.POST.get(field, "")[:60] for field in FIELDS}
    return _page(
        request,
        status=status,
        question=question,
        typed={**typed, "kind": typed["kind"] or DocumentKind.RESIDENT.value},
        answer=request.POST.get("answer", "")[:10] if faults and faults[0][0] != "answer" else "",
        faults=list(faults),
        fault=dict(faults),
        stopped=stopped,
        kinds=list(DocumentKind),
        question_kinds=Kind,
        most=inquiry_limits.MOST_OF_A_NUMBER,
    )


def _page(
    request: HttpRequest,
    *,
    status: int = 200,
    told: Told | None = None,
    **context: object,
) -> HttpResponse:
    frame: Mapping[str, object] = {
        **shell_context(request),
        "hotline": HOTLINE,
        "home_url": reverse("portal:inquiry"),
        "told": told,
        "years": told.years if told else (),
        "gaps": told.gaps if told else (),
    }
    return render(request, "portal/inquiry.html", {**frame, **context}, status=status)
