"""The frame of the staff's pages: what stands in the navigation and how much waits there."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from nianlun.access import ledger
from nianlun.access import queries as access
from nianlun.access.domain import Right, Role, Viewer
from nianlun.access.gate import shell_context
from nianlun.archives.domain import Category
from nianlun.cases import listing
from nianlun.cases import queries as cases
from nianlun.contributions import queries as contributions
from nianlun.digitization import queries as digitization
from nianlun.entitlements import assessing
from nianlun.evidence import queue
from nianlun.lawbook import queries as lawbook
from nianlun.media import queries as media
from nianlun.notices import queries as notices
from nianlun.ui.shell import Crumb, Duty, NavigationGroup, NavigationLink
from nianlun.vault import incidents
from nianlun.watch import exports
from nianlun.watch import queries as watch


def answer(
    request: HttpRequest,
    template: str,
    *,
    crumbs: Sequence[Crumb] = (),
    status: int = 200,
    **context: object,
) -> HttpResponse:
    """A staff page inside its frame."""
    frame = {**shell_context(request), "crumbs": crumbs, "now": timezone.now()}
    return render(request, template, {**frame, **context}, status=status)


def furnish(request: HttpRequest, who: Viewer) -> dict[str, object]:
    """Navigation and duties of every page a member of staff sees, whichever component it belongs to."""
    if who.role is Role.INSURED:
        return {}
    waiting = _waiting(who)
    return {
        "navigation": _navigation(who, waiting=waiting, path=request.path),
        "duties": _duties(who, waiting=waiting),
        "may_search": who.may(Right.PERSON_SEARCH),
    }


def fragment(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A part of a page, for htmx."""
    return render(request, template, {**shell_context(request), **context})


def _waiting(who: Viewer) -> dict[str, int]:
    counts = {}
    if who.may(Right.BATCH_READ):
        counts["batches"] = digitization.unfinished(who)
    if who.may(Right.CASE_READ):
        counts["cases"] = cases.waiting_for(who)
    if who.may(Right.CASE_FILE):
        counts["filing"] = cases.count_to_file(who)
    if who.may(Right.REVIEW_READ):
        counts["review"] = queue.count_for(who)
    if who.may(Right.RULING_READ):
        counts["rulings"] = queue.rulings_for(who)
    if who.may(Right.BENEFIT_CONFIRM):
        counts["assessments"] = assessing.count_waiting(who)
    if who.may(Right.CONTRIBUTION_CONFIRM):
        counts["contributions"] = contributions.count_waiting(who)
    if who.may(Right.LOGIN_RELEASE):
        counts["logins"] = len(access.counter_requests(who, at=timezone.now()))
    if who.may(Right.POLICY_APPROVE):
        counts["policy"] = lawbook.count_waiting(who)
    if who.may(Right.VAULT_READ):
        counts["vault"] = incidents.open_count()
    if any(map(who.may, (Right.GRANT_REVIEW, Right.GRANT_APPROVE, Right.GRANT_GIVE))):
        counts["rights"] = ledger.count_waiting(who, at=timezone.now())
    if who.may(Right.MEDIA_READ):
        counts["media"] = media.due_count(who, on=timezone.localdate())
    if who.may(Right.NOTICE_READ):
        counts["notices"] = notices.count_to_do(who)
    if who.may(Right.WATCH_READ):
        counts["watch"] = watch.waiting(who)
    if who.may(Right.EXPORT_APPROVE):
        counts["exports"] = exports.count_waiting(who)
    return counts


def _duties(who: Viewer, *, waiting: dict[str, int]) -> list[Duty]:
    duties = []
    if who.may(Right.CASE_READ):
        due = listing.due(who, on=timezone.localdate())
        pile = reverse("desk:cases")
        if due.overdue:
            duties.append(Duty(label="办件超期", count=due.overdue, url=f"{pile}?pile=overdue"))
        if due.today:
            duties.append(Duty(label="今天到期", count=due.today, url=f"{pile}?pile=today"))
    if who.may(Right.CASE_FILE) and (late := cases.count_late(who, on=timezone.localdate())):
        duties.append(Duty(label="归档超期", count=late, url=f"{reverse('desk:filing')}?late=1"))
    if who.may(Right.REVIEW_DECIDE) or who.may(Right.REVIEW_CONFIRM):
        word = "待复核" if who.may(Right.REVIEW_CONFIRM) else "待审"
        duties.append(Duty(label=word, count=waiting.get("review", 0), url=reverse("desk:review-queue")))
    if who.may(Right.MEDIA_INSPECT) and waiting.get("media"):
        duties.append(Duty(label="介质应检", count=waiting["media"], url=reverse("media:due")))
    if unread := notices.unread_count(who):
        duties.append(Duty(label="消息", count=unread, url=reverse("notices:inbox")))
    if who.may(Right.WATCH_SETTLE) and waiting.get("watch"):
        duties.append(Duty(label="异常提醒", count=waiting["watch"], url=reverse("desk:watch")))
    return duties


def _navigation(who: Viewer, *, waiting: dict[str, int], path: str) -> list[NavigationGroup]:
    plan, groups = _plan(), []
    here = max(
        (url for _, entries in plan for _, url, _, _ in entries if _leads_to(url, path)),
        key=len,
        default="",
    )
    for label, entries in plan:
        links = [
            NavigationLink(label=name, url=url, active=url == here, count=waiting.get(key, 0))
            for name, url, right, key in entries
            if who.may(right)
        ]
        if links:
            groups.append(NavigationGroup(label=label, links=links))
    return groups


def _plan() -> list[tuple[str, list[tuple[str, str, Right, str]]]]:
    return [
        (
            "",
            [
                ("工作台", reverse("desk:home"), Right.DESK_READ, ""),
                ("收件与扫描", reverse("desk:batches"), Right.BATCH_READ, "batches"),
                ("审核", reverse("desk:review-queue"), Right.REVIEW_READ, "review"),
            ],
        ),
        (
            "业务",
            [
                ("办件", reverse("desk:cases"), Right.CASE_READ, "cases"),
                ("办件概览", reverse("desk:case-overview"), Right.CASE_OVERSEE, ""),
                ("工作日历", reverse("desk:case-calendar"), Right.CALENDAR_READ, ""),
            ],
        ),
        (
            "档案",
            [
                ("待归档", reverse("desk:filing"), Right.CASE_FILE, "filing"),
                *(
                    (category.label, reverse("desk:register", args=[category.value]), Right.ITEM_READ, "")
                    for category in Category
                ),
            ],
        ),
        (
            "权益",
            [
                ("人员权益", reverse("desk:people"), Right.PERSON_READ, ""),
                ("认定", reverse("desk:rulings"), Right.RULING_READ, "rulings"),
                ("待遇核定", reverse("desk:assessments"), Right.BENEFIT_CONFIRM, "assessments"),
                ("缴费导入", reverse("contributions:import"), Right.CONTRIBUTION_IMPORT, ""),
                (
                    "缴费复核",
                    reverse("contributions:to-review"),
                    Right.CONTRIBUTION_CONFIRM,
                    "contributions",
                ),
            ],
        ),
        ("政策", [("政策库", reverse("lawbook:overview"), Right.POLICY_READ, "policy")]),
        (
            "管理",
            [
                ("档案库", reverse("desk:vault"), Right.VAULT_READ, "vault"),
                ("离线介质", reverse("media:sets"), Right.MEDIA_READ, "media"),
                ("网上服务开通", reverse("desk:logins"), Right.LOGIN_RELEASE, "logins"),
                ("通知", reverse("notices:notices"), Right.NOTICE_READ, "notices"),
                ("出具的文件", reverse("desk:documents"), Right.DOCUMENT_WITHDRAW, ""),
                ("核定重放", reverse("desk:replays"), Right.BENEFIT_REPLAY, ""),
                ("导出", reverse("desk:exports"), Right.EXPORT_ASK, ""),
                ("批准导出", reverse("desk:exports-waiting"), Right.EXPORT_APPROVE, "exports"),
                ("异常提醒", reverse("desk:watch"), Right.WATCH_READ, "watch"),
                ("操作日志", reverse("journal:entries"), Right.JOURNAL_READ, ""),
                ("日志证明", reverse("desk:log"), Right.JOURNAL_PROVE, ""),
                ("工作人员", reverse("access:staff"), Right.STAFF_READ, ""),
                ("接口令牌", reverse("access:tokens"), Right.TOKEN_READ, ""),
                ("权限", reverse("access:rights"), Right.DESK_READ, "rights"),
            ],
        ),
    ]


def _leads_to(url: str, path: str) -> bool:
    """Whether a page lies below a link; of several links the longest is the one the reader is at."""
    return path == url if url == reverse("desk:home") else path.startswith(url)
