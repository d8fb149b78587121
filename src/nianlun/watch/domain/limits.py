"""The figures by which looking is judged, each holding from a day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date


class NotInForce(LookupError):
    """No limits hold on this day; they are not guessed from another."""


class BadLimits(ValueError):
    """The file of limits is not in the right form; the message names the line at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The figures of one span; what each means is said beside it in `limits.toml`."""

    since: date
    alarm_persons: int
    stop_persons: int
    usual_factor: int
    usual_days: int
    usual_least_hours: int
    usual_least_persons: int
    unmaskings: int
    list_rows: int
    same_name: int
    same_surname: int
    same_surname_share: int
    in_sequence: int
    refused_elsewhere: int
    office_from: int
    office_until: int
    export_rows: int
    export_most_rows: int
    export_hours: int


def read_spans(content: Mapping[str, object]) -> tuple[Limits, ...]:
    """The spans of a file, oldest first. Raises `BadLimits`."""
    spans = content.get("span")
    if not isinstance(spans, list) or not spans:
        raise BadLimits("no [[span]]")
    found = [_span(span) for span in spans]
    days = [limits.since for limits in found]
    if days != sorted(set(days)):
        raise BadLimits("the days `since` do not rise")
    return tuple(found)


def _span(span: Mapping[str, object]) -> Limits:
    since = span.get("since")
    if type(since) is not date:
        raise BadLimits("`since` is no day")
    names = {field.name for field in fields(Limits)} - {"since"}
    if wrong := names ^ (set(span) - {"since"}):
        raise BadLimits(f"{since}: {', '.join(sorted(wrong))}")
    figures = {}
    for name in names:
        value = span[name]
        if type(value) is not int or value < 1:
            raise BadLimits(f"{since}: {name} is no count")
        figures[name] = value
    made = Limits(since=since, **figures)
    if not made.alarm_persons <= made.stop_persons or not made.office_from < made.office_until <= 24:
        raise BadLimits(f"{since}: figures contradict each other")
    return made


def limits_on(day: date, *, spans: Sequence[Limits]) -> Limits:
    """The limits that hold on a day. Raises `NotInForce` before the first span."""
    for limits in reversed(spans):
        if limits.since <= day:
            return limits
    raise NotInForce(f"{day} 还没有查阅的限度。请先在限度表里补上。")


def alarming(limits: Limits, *, mean: float, hours: int) -> int:
    """More than how many persons in one hour raise the alarm, for a post of this usual hourly mean (S3.4).

    The mean of fewer hours than `usual_least_hours` says nothing yet; then the fixed figure stands alone.
    """
    if hours < limits.usual_least_hours:
        return limits.alarm_persons
    usual = max(int(mean * limits.usual_factor), limits.usual_least_persons)
    return min(usual, limits.alarm_persons)
