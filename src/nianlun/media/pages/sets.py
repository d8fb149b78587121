"""One set: planning it, having it written, following the writing, leaving its keys on it."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, require_fresh, viewer
from nianlun.media import operations, queries, recovering, writing
from nianlun.media.domain import STATE_SECRETS, NotNow, SetState, StateSecret, kinds
from nianlun.media.imaging.faults import NoRecipients
from nianlun.media.pages.shared import ROOT, answer
from nianlun.ui.shell import Crumb
from nianlun.vault.domain import Secrecy


@require_http_methods(["GET", "POST"])
@needs(Right.MEDIA_WRITE)
def plan(request: HttpRequest) -> HttpResponse:
    """The form for a new set, and the set it makes."""
    if request.method == "GET":
        return _plan_form(request)
    sent = request.POST
    try:
        set_id = operations.plan(
            viewer(request),
            fonds=sent.get("fonds", ""),
            secrecy=sent.get("secrecy", ""),
            media_kinds=(sent.get("kind_a", ""), sent.get("kind_b", "")),
            token=_token(sent.get("token", "")),
            at=timezone.now(),
            on=timezone.localdate(),
        )
    except (NotNow, StateSecret) as reason:
        return _plan_form(request, fault=str(reason), status=422)
    messages.success(request, "已规划。核对内容后写入。")
    return redirect("media:set", set_id)


@require_GET
@needs(Right.MEDIA_READ)
def media_set(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """One set with its media, its contents and what can be done next."""
    return show(request, set_id)


def show(request: HttpRequest, set_id: UUID, *, fault: str = "", status: int = 200) -> HttpResponse:
    """The page of a set, with what was wrong with the step just tried."""
    who = viewer(request)
    line = queries.media_set(who, set_id)
    after = request.GET.get("after", "")
    contents = queries.objects(set_id, after=after, limit=queries.ON_A_PAGE + 1)
    more = len(contents) > queries.ON_A_PAGE
    contents = contents[: queries.ON_A_PAGE]
    shelved = line.state is SetState.SHELVED
    return answer(
        request,
        "media/set.html",
        crumbs=[ROOT, Crumb(label=line.number)],
        status=status,
        line=line,
        progress=queries.progress(line) if line.state is SetState.WRITING else None,
        contents=contents,
        next=contents[-1].object_id if more else "",
        may_write=who.may(Right.MEDIA_WRITE),
        may_take_offline=who.may(Right.MEDIA_WRITE) and shelved and line.offline_at is None,
        out_folder=str(writing.out_folder()),
        fault=fault,
    )


@require_GET
@needs(Right.MEDIA_READ, polled=True)
def progress(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """How far the writing is, for the page that asks again and again."""
    line = queries.media_set(viewer(request), set_id)
    done = queries.progress(line) if line.state is SetState.WRITING else None
    return answer(request, "media/progress.html", crumbs=[], line=line, progress=done)


@require_POST
@needs(Right.MEDIA_WRITE)
def step(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """A step with the whole set: write, give up, take offline."""
    who, at = viewer(request), timezone.now()
    asked = request.POST.get("step", "")
    try:
        if asked == "write":
            writing.request_write(who, set_id, at=at)
            messages.success(request, "已开始写入，写完后本页会告诉您。")
        elif asked == "close":
            operations.close(who, set_id, at=at)
            messages.success(request, "已撤销，这些对象可以重新规划。")
        elif asked == "offline":
            require_fresh(request)  # S1.7: all keys of the set leave at once
            count = recovering.take_offline(who, set_id, at=at)
            messages.success(request, f"已把 {count} 个对象的密钥转离线。要看原件，请向保管人调这套介质。")
        else:
            raise Http404
    except (NotNow, NoRecipients) as reason:
        return show(request, set_id, fault=str(reason), status=422)
    return redirect("media:set", set_id)


def _plan_form(request: HttpRequest, *, fault: str = "", status: int = 200) -> HttpResponse:
    found = queries.waiting_by_class(viewer(request))
    waiting = [(level, *found.get(level, (0, 0))) for level in reversed(Secrecy)]
    sent = request.POST
    return answer(
        request,
        "media/plan.html",
        crumbs=[ROOT, Crumb(label="规划")],
        status=status,
        fault=fault,
        waiting=waiting,
        preset=next((level for level, count, _ in waiting if count), None),
        state_secrets=STATE_SECRETS,
        kinds=kinds().values(),
        token=sent.get("token") or uuid4(),
        sent=sent,
        fonds=sent.get("fonds") or queries.last_fonds(viewer(request)),
        on=timezone.localdate(),
    )


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotNow("表单不完整。请重新打开规划页再填。") from None
