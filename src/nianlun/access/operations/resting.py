"""A day's rest for an account whose second factor was just set up anew: till then it gives nobody power (S1.5)."""

from datetime import datetime

from django.utils import timezone

from nianlun.access.domain import Refused, Viewer
from nianlun.access.models import PasswordRequest


def refuse_resting(viewer: Viewer, *, at: datetime) -> None:
    """Return unless two officers have lately reset the account's second factor.

    The real owner, who finds the old telephone refused, has a day to say so before anything is signed in that name.
    Raises `Refused` with the hour from which it may.
    """
    rests = PasswordRequest.objects.filter(account_id=viewer.account_id, rests_until__gt=at)
    until = rests.order_by("-rests_until").values_list("rests_until", flat=True).first()
    if until is not None:
        raise Refused(
            "您的第二步验证刚重新设置，24 小时内不能申请、签署权限，不能同意代班和应急，不能发放重设码和令牌。"
            f"请在 {timezone.localtime(until):%m-%d %H:%M} 以后再办，或请另一位同事办理。"
        )
