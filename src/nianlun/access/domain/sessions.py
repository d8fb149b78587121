"""Why a session is over, and what its browser is called. No database, no clock."""

from enum import StrEnum


class SessionEnd(StrEnum):
    """What ended a session, and what its owner is told at the next request."""

    SIGNED_OUT = "signed_out"
    TIMED_OUT = "timed_out"
    ENDED_BY_OWNER = "ended_by_owner"
    ACCOUNT_OFF = "account_off"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a reason, no password
    REPLACED = "replaced"

    @property
    def label(self) -> str:
        """The reason in a list of sessions."""
        return _LABELS[self]

    @property
    def sentence(self) -> str:
        """What somebody is told who goes on using the session; empty where there is nothing to tell."""
        return _SENTENCES.get(self, "")


_LABELS = {
    SessionEnd.SIGNED_OUT: "本人退出",
    SessionEnd.TIMED_OUT: "超时退出",
    SessionEnd.ENDED_BY_OWNER: "本人在别处结束",
    SessionEnd.ACCOUNT_OFF: "账号停用",
    SessionEnd.PASSWORD_CHANGED: "口令改过",
    SessionEnd.REPLACED: "同一浏览器重新登录",
}
_SENTENCES = {
    SessionEnd.ENDED_BY_OWNER: "这次登录已由您在另一处结束。如果不是您本人，请立即改口令。",
    SessionEnd.PASSWORD_CHANGED: "口令改过，原来的登录都已结束。请用新口令登录。",
}


# A browser names those it descends from as well, so the younger ones are asked for first.
_BROWSERS = (
    ("Edg", "Edge"),
    ("QQBrowser", "QQ 浏览器"),
    ("MicroMessenger", "微信"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """What people call the browser that calls itself so, such as `Chrome，Windows`; "" where it is none they know."""
    found = (
        next((name for mark, name in names if mark in user_agent), "") for names in (_BROWSERS, _SYSTEMS)
    )
    return "，".join(name for name in found if name)
