"""Every address of the system with its rule, from the URL configuration itself (S2.1)."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from nianlun.access.domain import Right
from nianlun.access.gate import ByToken, OpenPage


def rules() -> list[dict[str, str | bool]]:
    """One entry an address: its name, the right it needs, or why it is open; neither for one without a rule."""
    return [_rule(address, name, pattern) for address, name, pattern in _walk(get_resolver(), "/", "")]


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[tuple[str, str, URLPattern]]:
    for each in resolver.url_patterns:
        address = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _walk(
                each, address, f"{namespace}{each.namespace}:" if each.namespace else namespace
            )
        else:
            yield address, f"{namespace}{each.name or ''}", each


def _rule(address: str, name: str, pattern: URLPattern) -> dict[str, str | bool]:
    rule = getattr(pattern.callback, "access_rule", None)
    # The journal stands beside this component and names its right by text, as the gate reads it.
    wanted = str(rule.right if isinstance(rule, ByToken) else rule)
    right = Right(wanted) if wanted in set(Right) else None
    return {
        "address": address,
        "name": name,
        "right": right.value if right else "",
        "allows": right.label if right else "",
        "open": rule.reason if isinstance(rule, OpenPage) else "",
        "token": isinstance(rule, ByToken),
        "fresh": bool(getattr(pattern.callback, "access_fresh", False)),
    }
