"""Taking the form by which somebody signed in changes the own password, on whatever page it stands (S1.2, S1.6)."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from nianlun.access import operations, sessions
from nianlun.access.asker import signed_in

CHANGED = "口令已改，其他各处的登录都已结束。"
DIFFER = "两次输入的新口令不一样。请重新输入。"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with what was sent: the field it stands in, and a sentence."""

    field: str
    sentence: str


def change(request: HttpRequest) -> Fault | None:
    """Change the password as the form asks; None when it is changed and this session goes on under a new id.

    The page must stand outside a transaction: a wrong old password counts like one at the door (S1.4).
    Raises `passwords.TooBusy`.
    """
    now, sent = signed_in(request), request.POST
    if sent.get("new", "") != sent.get("again", ""):
        return Fault("again", DIFFER)
    try:
        operations.change_password(
            now.viewer,
            old=sent.get("old", ""),
            new=sent.get("new", ""),
            session_id=now.session_id,
            address=getattr(request, "source_address", ""),
            at=timezone.now(),
        )
    except operations.SignInFailed as reason:
        return Fault("old", str(reason))
    except operations.WeakPassword as reason:
        return Fault("new", str(reason))
    sessions.renew(request, now, password_changed=True)
    return None
