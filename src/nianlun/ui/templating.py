"""The Jinja2 environment of every page: where templates lie, and the few words they may use."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nianlun.kernel.identity import mask
from nianlun.kernel.money import show_money
from nianlun.kernel.months import show_month, show_months_as_years
from nianlun.ui import looks
from nianlun.ui.widgets.confidence import mark
from nianlun.ui.widgets.policy_words import row_value, table_title

NOTHING = "—"
"""Stands where a value is not known, so that an empty cell never looks like a fault of the page."""


class HasText(Protocol):
    """A date that may be known only to the month or the year, such as the kernel's `PartialDate`."""

    @property
    def text(self) -> str: ...


def environment(**options: Any) -> Environment:
    """The environment that Django's Jinja2 backend asks for in `TEMPLATES`.

    Templates are found in the `templates` folder of each of our installed components; a name that was not
    passed in is an error, not an empty string.
    """
    options |= {
        "autoescape": True,
        "loader": FileSystemLoader(template_folders()),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    made = Environment(**options)  # noqa: S701  autoescape is set three lines up
    made.globals |= {
        "static": static,
        "url": url,
        "messages": messages,
        "look_of": looks.look_of,
        "is_elder": looks.is_elder,
        "LOOKS": looks.LOOKS,
    }
    made.filters |= FILTERS
    return made


def template_folders() -> list[Path]:
    """The template folder of each of our components; Django's own hold templates of another language."""
    paths = (Path(config.path) / "templates" for config in apps.get_app_configs() if _ours(config.name))
    return [path for path in paths if path.is_dir()]


def _ours(name: str) -> bool:
    return name.startswith("nianlun.")


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named page: `url('desk:person', person.id)`."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def messages(request: HttpRequest | None) -> Iterable[Message]:
    """The sentences waiting for this reader; none for a page drawn without a request."""
    return get_messages(request) if request is not None else ()


def day(value: date | datetime | HasText | str | None) -> str:
    """A date as far as it is known: `1984-09-01`, `1984-09`; an instant gives its day in local time."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value or NOTHING
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).date().isoformat()
            if timezone.is_aware(value)
            else value.date().isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    return value.text


def moment(value: datetime | None) -> str:
    """An instant in local time to the minute: `2026-11-23 08:49`."""
    if value is None:
        return NOTHING
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


def day_before(value: datetime | None) -> str:
    """The last day of a term that ends before this instant, as people read it: `2026-12-31`."""
    return NOTHING if value is None else f"{timezone.localdate(value - timedelta(microseconds=1))}"


def month(value: int | None) -> str:
    """A month number as `1984-09`."""
    return NOTHING if value is None else show_month(value)


def years(value: int | None) -> str:
    """A count of months as `36 年 3 个月`."""
    return NOTHING if value is None else show_months_as_years(value)


def money(value: Decimal | None) -> str:
    """An amount as `1,386.00 元`."""
    return NOTHING if value is None else show_money(value)


def yuan(value: Decimal | None) -> str:
    """An amount without its unit, for columns whose head says 元: `1,386.00`."""
    return NOTHING if value is None else show_money(value).removesuffix(" 元")


def masked(value: str | None) -> str:
    """An identity number with its middle hidden."""
    return mask(value) if value else NOTHING


def number(value: int | Decimal | None) -> str:
    """A count with thousands separated: `1,000`."""
    return NOTHING if value is None else f"{value:,}"


def size(value: int | None) -> str:
    """A number of bytes in the unit that leaves it readable: `1.2 MB`, in powers of a thousand."""
    if value is None:
        return NOTHING
    amount, units = Decimal(value), ["字节", "KB", "MB", "GB", "TB", "PB"]
    while amount >= 1000 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{value:,} 字节" if units[0] == "字节" else f"{amount:.1f} {units[0]}"


_AGO = ((60, 1, "秒"), (3600, 60, "分钟"), (86_400, 3600, "小时"), (30 * 86_400, 86_400, "天"))


def ago(value: datetime | None, at: datetime | None = None) -> str:
    """How long ago, in words, up to thirty days; after that the day itself. `at` defaults to now."""
    if value is None:
        return NOTHING
    seconds = int(((at or timezone.now()) - value).total_seconds())
    if seconds < 10:
        return "刚刚" if seconds > -60 else moment(value)
    for below, unit, word in _AGO:
        if seconds < below:
            return f"{seconds // unit} {word}前"
    return day(value)


FILTERS: dict[str, Callable[..., object]] = {
    "day": day,
    "day_before": day_before,
    "moment": moment,
    "month": month,
    "years": years,
    "money": money,
    "yuan": yuan,
    "table_title": table_title,
    "row_value": row_value,
    "mark": mark,
    "mask": masked,
    "ago": ago,
    "number": number,
    "size": size,
}
