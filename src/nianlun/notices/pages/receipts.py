"""Where the gateway leaves its receipts (docs/reference/gateway.md)."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nianlun.access.gate import open_page
from nianlun.notices import gateway, operations
from nianlun.notices.gateway import NotAReport
from nianlun.notices.operations import PlayedAgain, Verdict

LARGEST = 16 * 1024
"""Bytes; a receipt has a few hundred."""


@open_page("只收短信网关的回执：不带共用密钥签名的、过时的、重放的一律不收，也不答任何数据")
@csrf_exempt  # a program without a session; its signature is checked instead
@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """Take one receipt."""
    if not gateway.is_configured():
        return _said("这里没有配置短信网关。", HTTPStatus.NOT_FOUND)
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()) or int(length) > LARGEST:
        return _said("请求没有写明长度，或太长。", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    at = timezone.now()
    signature = gateway.signature_of(
        request.headers, path=request.path, body=request.body, now=at.timestamp()
    )
    if signature is None:
        return _said("签名不符，或时间相差太多。", HTTPStatus.UNAUTHORIZED)
    try:
        report = gateway.read_report(request.body)
        verdict = operations.take_call(report, signature=signature, at=at)
    except NotAReport:
        return _said("不是约定的格式。", HTTPStatus.BAD_REQUEST)
    except PlayedAgain:
        return _said("同一个请求已经来过。", HTTPStatus.CONFLICT)
    if verdict is Verdict.STRAY:
        return _said("没有发过这条消息。", HTTPStatus.NOT_FOUND)
    return JsonResponse({"verdict": verdict.value})


def _said(reason: str, status: HTTPStatus) -> HttpResponse:
    return JsonResponse({"reason": reason}, status=status, json_dumps_params={"ensure_ascii": False})
