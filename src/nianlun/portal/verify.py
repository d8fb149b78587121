"""The public verification: is this paper one of yours? By code, by file, by receipt; nobody signs in for it."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from nianlun.access.gate import open_page, shell_context
from nianlun.journal import guesses
from nianlun.kernel.cipher import KeyMissing
from nianlun.kernel.document_codes import LONGEST, read_code
from nianlun.kernel.hotline import HOTLINE
from nianlun.portal import verifying
from nianlun.portal.verifying import Answer, Found, Step

PLAIN = "text/plain; charset=utf-8"
FORM = 64 * 1024
"""What a form may weigh beside its file, in bytes."""
TOO_MUCH = f"文件超过 {verifying.LARGEST_FILE // 1024 // 1024} MB，没有接收。本系统出具的文件没有这么大。"
STOPPED = "一小时内查不到的次数太多，先停一停。请一小时后再试，或拨打电话询问。"


class InMemory(MemoryFileUploadHandler):
    """Keeps an upload in memory whatever its size, which the page has limited: it is to lie on no disk."""

    def handle_raw_input(self, *_args: object, **_kwargs: object) -> None:
        self.activated = True


@open_page("验真人人可用：只答文件真伪和要素，不含个人数据，查错有次数限制")
@csrf_exempt  # the inner page checks the token, once the upload handler is chosen
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The three ways of asking; a POST asks."""
    if request.method != "POST":
        return _page(request)
    if _weight(request) > verifying.LARGEST_FILE + FORM:
        return _page(request, fault=TOO_MUCH, status=413)
    request.upload_handlers = [InMemory(request)]
    return _asked(request)


@open_page("验真人人可用：扫码直达，只答文件真伪和要素，查错有次数限制")
@never_cache
@require_GET
def of_code(request: HttpRequest, code: str) -> HttpResponse:
    """The answer to one code, where the QR code leads."""
    return _by_code(request, code)


@open_page("公钥本来就是给人看的")
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys of the log and its witnesses, one a line."""
    try:
        text = "".join(f"{vkey}\n" for vkey in verifying.published_keys())
    except KeyMissing:
        return HttpResponse("系统现在取不到公钥。请稍后再试。\n", status=503, content_type=PLAIN)
    return HttpResponse(text, content_type=PLAIN)


@open_page("检查点只有条数和摘要，公开才好对照")
@never_cache
@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed note."""
    note = verifying.newest_checkpoint()
    if not note:
        return HttpResponse("日志还没有检查点。请稍后再试。\n", status=503, content_type=PLAIN)
    return HttpResponse(note, content_type=PLAIN)


@csrf_protect
def _asked(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    typed = request.POST.get("code", "").strip()[:LONGEST]
    if file is None and not typed:
        return _page(request, fault="还没有输入编号，也没有选文件。请任选一样。", status=422)
    if file is None:
        return _by_code(request, typed, typed=True)
    if (file.size or 0) > verifying.LARGEST_FILE:
        return _page(request, fault=TOO_MUCH, status=413)
    return _by_file(request, file.read())


def _by_code(request: HttpRequest, text: str, *, typed: bool = False) -> HttpResponse:
    at = timezone.now()
    with transaction.atomic():
        if _is_stopped(request, at=at):
            return _page(request, fault=STOPPED, status=429)
        answer = verifying.by_code(text)
        _count(request, answer.found is Found.UNKNOWN, at=at)
    if typed and answer.found is not Found.UNKNOWN:
        return redirect("portal:verify-code", read_code(text))
    return _page(request, answer=answer, status=404 if answer.found is Found.UNKNOWN else 200)


def _by_file(request: HttpRequest, content: bytes) -> HttpResponse:
    at = timezone.now()
    with transaction.atomic():
        if _is_stopped(request, at=at):
            return _page(request, fault=STOPPED, status=429)
        if verifying.is_receipt(content):
            steps = verifying.receipt_steps(content)
            sound = verifying.all_sound(steps)
            _count(request, not sound, at=at)
            return _page(request, steps=steps, status=200 if sound else 422)
        answer = verifying.by_file(content)
        _count(request, answer.found is Found.UNKNOWN, at=at)
    return _page(request, answer=answer, uploaded=True)


def _is_stopped(request: HttpRequest, *, at: datetime) -> bool:
    guesses.alone(_address(request))
    return guesses.is_stopped(_address(request), at=at)


def _count(request: HttpRequest, wrong: bool, *, at: datetime) -> None:
    if wrong:
        guesses.count(_address(request), at=at)


def _address(request: HttpRequest) -> str:
    return str(getattr(request, "source_address", ""))


def _weight(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() and len(length) < 19 else 0


def _page(
    request: HttpRequest,
    *,
    answer: Answer | None = None,
    uploaded: bool = False,
    steps: Sequence[Step] = (),
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    home = reverse("portal:verify")
    context = {
        **shell_context(request),
        "hotline": HOTLINE,
        "home_url": home,
        "back_url": home if answer or steps else "",
        "answer": answer,
        "uploaded": uploaded,
        "steps": steps,
        "sound": verifying.all_sound(steps),
        "fault": fault,
    }
    return render(request, "portal/verify.html", context, status=status)
