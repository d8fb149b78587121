"""The answers that are no page: not found, refused, too busy, database away. Also for the URL configuration."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from nianlun.access import purpose_form

_TEMPLATE = "access/answer.html"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what is not there and for what may not be seen (S2.2). Fits `handler404`."""
    return _answer(
        request,
        404,
        title="没有找到",
        sentence="这里没有您要的内容，或者不在您的业务范围内。",
        advice="请核对地址，或从首页重新查找。",
    )


def refused(request: HttpRequest, *, sentence: str) -> HttpResponse:
    """403 with the reason."""
    return _answer(
        request, 403, title="不能办理", sentence=sentence, advice="已填内容没有保存。可返回上一页。"
    )


STOPPED = "一小时内查阅的人过多，这个账号的查询已停用，等安全管理员处理。"


def stopped(request: HttpRequest, shell: Mapping[str, object]) -> HttpResponse:
    """403 for an account whose queries are stopped; with the frame, so that one can still sign out (S3.4)."""
    if (speak := _speaker(request)) is not None:
        return speak(request, 403, STOPPED)
    return HttpResponse(
        render_to_string("access/stopped.html", {**shell, "sentence": STOPPED}, request), status=403
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token. Fits `CSRF_FAILURE_VIEW`."""
    return _answer(
        request,
        403,
        title="没有提交成功",
        sentence="这个页面停留太久，或浏览器不接受 Cookie，系统不能确认是您本人提交。",
        advice="请返回上一页，刷新后重新提交。",
    )


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400. Fits `handler400`."""
    return _answer(
        request, 400, title="请求不完整", sentence="系统没有看懂这个请求。", advice="请从首页重新进入。"
    )


def busy(request: HttpRequest) -> HttpResponse:
    """503 when too many passwords are being computed (S1.1)."""
    answer = _answer(
        request,
        503,
        title="现在登录的人很多",
        sentence="系统正忙，没有处理这次登录。",
        advice="请过几秒再试。",
    )
    answer["Retry-After"] = "5"
    return answer


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 when the database does not answer (S8.2)."""
    answer = _answer(
        request,
        503,
        title="系统暂时不能使用",
        sentence="数据库没有应答，这次操作没有保存。",
        advice="请稍后再试。若持续出现，请告知系统管理员。",
    )
    answer["Retry-After"] = "30"
    return answer


def _speaker(request: HttpRequest) -> Callable[[HttpRequest, int, str], HttpResponse] | None:
    """How a program wants to be answered, at an address for programs; None at all others."""
    return getattr(request, "answered_by", None)


def _answer(request: HttpRequest, status: int, *, title: str, sentence: str, advice: str) -> HttpResponse:
    """Drawn without viewer and navigation: it must stand when nothing else does, and tell nothing."""
    if (speak := _speaker(request)) is not None:
        return speak(request, status, sentence)
    text = {"answer_title": title, "sentence": sentence, "advice": advice}
    return HttpResponse(render_to_string(_TEMPLATE, text, request), status=status)


def purpose_first(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """What was sent waits until the purpose is stated (S3.1)."""
    return purpose_form.form(
        request,
        person_id=person_id,
        onward=request.get_full_path(),
        kept=purpose_form.sent_with(request),
        status=403,
    )
