"""Drafts: the list, one with its changes and checks, and the steps from opening to approval."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nianlun.access.domain import Right
from nianlun.access.gate import needs, viewer
from nianlun.lawbook import checks, domain, operations, queries
from nianlun.lawbook.domain import NotAllowedNow, NotATable, State
from nianlun.lawbook.incoming import LARGEST_UPLOAD
from nianlun.lawbook.pages.shared import DRAFTS, ROOT, answer, sliced
from nianlun.policy.tables import TableBroken
from nianlun.ui.shell import Crumb


@require_GET
@needs(Right.POLICY_READ)
def drafts(request: HttpRequest) -> HttpResponse:
    """Every draft, newest first, or those in one state."""
    asked = request.GET.get("state", "")
    state = State(asked) if asked in set(State) else None
    return answer(
        request,
        "lawbook/drafts.html",
        crumbs=[ROOT, Crumb(label="修订草案")],
        found=sliced(request, queries.drafts(viewer(request), state=state)),
        states=list(State),
        state=state,
        may_draft=viewer(request).may(Right.POLICY_DRAFT),
    )


@require_GET
@needs(Right.POLICY_READ)
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One draft: what it changes, whether it holds together, and the next step for this reader."""
    return show(request, draft_id)


def show(request: HttpRequest, draft_id: UUID, *, fault: str = "", status: int = 200) -> HttpResponse:
    """The page of a draft, with what is wrong with the step just tried."""
    who = viewer(request)
    found = queries.draft(who, draft_id)
    line = found.line
    changes, report, broken = [], None, ""
    try:
        base, drafted = queries.draft_books(draft_id)
        changes = domain.differences(base, drafted)
        report = checks.compare(base, drafted)
    except TableBroken as error:
        broken = domain.broken_sentence(error)
    own = line.proposed_by == who.account_id
    in_reach = domain.may_amend(who.scope, region=line.region)
    return answer(
        request,
        "lawbook/draft.html",
        crumbs=[ROOT, DRAFTS, Crumb(label=line.title)],
        status=status,
        draft=line,
        files=sorted(found.files),
        current_number=found.current_number,
        needs_rebase=found.needs_rebase,
        found=sliced(request, changes),
        report=report,
        broken=broken,
        retroactive=domain.is_retroactive(changes, today=timezone.localdate()),
        may_edit=who.may(Right.POLICY_DRAFT) and own and in_reach and line.state.editable,
        may_withdraw=who.may(Right.POLICY_DRAFT)
        and own
        and (line.state.editable or line.state is State.SUBMITTED),
        may_approve=who.may(Right.POLICY_APPROVE) and in_reach and line.state is State.SUBMITTED,
        own=own,
        impact_url=_impact_url(draft_id) if who.may(Right.POLICY_IMPACT) else "",
        largest=LARGEST_UPLOAD // 1024 // 1024,
        fault=fault,
    )


@require_POST
@needs(Right.POLICY_DRAFT)
def step(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """A step of the proposer: import, drop a file, rebase, submit, withdraw."""
    who, at = viewer(request), timezone.now()
    queries.draft(who, draft_id)
    asked = request.POST.get("step", "")
    try:
        if asked == "submit":
            reason = request.POST.get("retroactive_reason", "")
            operations.submit(who, draft_id, retroactive_reason=reason, at=at)
            messages.success(request, "已提交，等政策复核批准。")
        elif asked == "withdraw":
            operations.withdraw(who, draft_id, at=at)
            messages.success(request, "草案已撤回，政策表没有变。")
        elif asked == "rebase":
            _tell_rebased(request, operations.rebase(who, draft_id, at=at))
        elif asked == "drop":
            operations.drop_file(who, draft_id, path=request.POST.get("path", ""), at=at)
            messages.success(request, "已从草案去掉，这个文件仍照现行版本。")
        elif asked == "import":
            sent = uploads(request)
            outcome = operations.import_region(who, draft_id, uploads=sent, at=at)
            if outcome.refused:
                return show(request, draft_id, fault=outcome.refused, status=422)
            messages.success(request, f"已导入，改动 {len(outcome.paths)} 个文件。请看下面的差异。")
        else:
            raise Http404
    except (NotAllowedNow, NotATable) as reason:
        return show(request, draft_id, fault=str(reason), status=422)
    return redirect("lawbook:draft", draft_id)


@require_POST
@needs(Right.POLICY_APPROVE)
def decide(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The second person puts a draft into force or sends it back."""
    who, at = viewer(request), timezone.now()
    try:
        if request.POST.get("decision") == "return":
            operations.return_draft(who, draft_id, reason=request.POST.get("reason", ""), at=at)
            messages.success(request, "已退回，理由写给了起草人。")
        elif request.POST.get("decision") == "approve":
            number = operations.approve(who, draft_id, at=at)
            messages.success(request, f"已批准，第 {number} 版从现在起生效。")
        else:
            raise Http404
    except NotAllowedNow as reason:
        return show(request, draft_id, fault=str(reason), status=422)
    return redirect("lawbook:draft", draft_id)


def uploads(request: HttpRequest) -> list[tuple[str, bytes]]:
    """What a form sent, each file read no further than an import may be large."""
    return [(file.name or "", file.read(LARGEST_UPLOAD + 1)) for file in request.FILES.getlist("files")]


def _tell_rebased(request: HttpRequest, both: tuple[str, ...]) -> None:
    if both:
        paths = "、".join(both)
        messages.warning(
            request, f"已换到现行版本上。这些文件两边改了同一处，现按草案：{paths}。请逐行看差异。"
        )
    else:
        messages.success(request, "已换到现行版本上，草案的改动都在。请再看一遍差异。")


def _impact_url(draft_id: UUID) -> str:
    try:
        return reverse("desk:draft-impact", args=[draft_id])
    except NoReverseMatch:  # an installation without the calculation of benefits has no such page
        return ""
