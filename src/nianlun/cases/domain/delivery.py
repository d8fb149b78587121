"""How a paper reaches whom it is for (送达). No database, no clock.

In person, by post with its receipt, or electronically where the person agreed to it. The time for asking for a review
runs from the day somebody knew of the decision (行政复议法 第二十条), so each delivery has a day and a proof.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Way(StrEnum):
    """The ways of delivery."""

    READ = "read"
    NOTICE = "notice"
    IN_PERSON = "in_person"
    POST = "post"

    @property
    def label(self) -> str:
        """What stands in the history."""
        return {
            Way.READ: "本人网上阅读",
            Way.NOTICE: "发送通知",
            Way.IN_PERSON: "当面送达",
            Way.POST: "邮寄送达",
        }[self]


BY_STAFF = (Way.IN_PERSON, Way.POST, Way.NOTICE)
"""The ways that somebody of the agency enters; that the person has read it, the system itself sees."""
LONGEST_RECEIPT = 60


class NotDelivered(Exception):
    """What was entered does not prove a delivery; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery: on which day, and by which receipt or to whom."""

    way: Way
    on: date
    receipt: str


def checked(way: Way, *, on: date | None, receipt: str, issued_on: date, today: date) -> Delivery:
    """A delivery as entered by the staff, tidied. Raises `NotDelivered`."""
    tidy = " ".join(receipt.split())
    if way not in BY_STAFF:
        raise NotDelivered("请选择送达方式：当面、邮寄或发送通知。")
    day = on or today
    if day < issued_on or day > today:
        raise NotDelivered(f"送达日期应在出具日 {issued_on} 到今天 {today} 之间。")
    if way is Way.POST and not tidy:
        raise NotDelivered("邮寄送达请填写回执号或者快递单号。")
    if way is Way.IN_PERSON and not tidy:
        raise NotDelivered("当面送达请填写签收人。")
    if len(tidy) > LONGEST_RECEIPT:
        raise NotDelivered(f"回执号或签收人最多 {LONGEST_RECEIPT} 个字。")
    return Delivery(way=way, on=day, receipt=tidy)
