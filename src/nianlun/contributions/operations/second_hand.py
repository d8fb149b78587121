"""What one person alone must not do to an account of contributions: the second hand is another's (S2.5)."""

from nianlun.access.domain import Viewer
from nianlun.access.operations import tie


class NotAllowedNow(Exception):
    """The step does not fit the state the work is in, or the hand; the message says why and what to do."""


def ensure_another(by: Viewer, *, first_id: int | None, first_device: str) -> None:
    """Return where `by` is another person, not close to the first, at another machine. Raises `NotAllowedNow`."""
    if who := tie(by.account_id, first_id):
        raise NotAllowedNow(f"提交和复核不能是{who}，请由另一位同事复核。")
    if by.device and by.device == first_device:
        raise NotAllowedNow("提交和复核用的是同一个浏览器。请换一台机器，由另一位同事复核。")


def read_reason(text: str, *, what: str) -> str:
    """A reason of at least four characters, tidied. Raises `NotAllowedNow`."""
    tidy = " ".join(text.split())
    if len(tidy) < 4:
        raise NotAllowedNow(f"请写明{what}的理由，至少四个字。")
    return tidy[:300]
