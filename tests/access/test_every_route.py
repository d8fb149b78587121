"""Every address of the system says who may use it (S2.1)."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, path

from nianlun.access.domain import Right
from nianlun.access.gate import ByToken, OpenPage, needs, open_page


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All addresses, however deep they are included."""
    for each in resolver.url_patterns:
        here = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from routes(each, here)
        else:
            yield here, each


def without_rule(resolver: URLResolver) -> list[str]:
    found = []
    for address, pattern in routes(resolver):
        rule = getattr(pattern.callback, "access_rule", None)
        if isinstance(rule, OpenPage):
            if len(rule.reason) < 4:
                found.append(f"{address} is open without a reason")
        elif not isinstance(rule, ByToken) and rule not in set(Right):
            found.append(f"{address} has no rule")
    return found


def test_every_route_has_its_rule():
    resolver = get_resolver()
    assert without_rule(resolver) == []
    assert len(list(routes(resolver))) > 0


def test_this_test_sees_included_pages_and_finds_the_bare_one(settings):
    class Inner:
        urlpatterns = (path("deep/", lambda request: None),)

    class Outer:
        urlpatterns = (
            path("a/", needs(Right.OWN_READ)(lambda request: None)),
            path("b/", open_page("公开的示例")(lambda request: None)),
            path("c/", ([path("d/", (list(Inner.urlpatterns), None, None))], None, None)),
        )

    assert without_rule(URLResolver(path("", lambda request: None).pattern, Outer)) == [
        "c/d/deep/ has no rule"
    ]


@pytest.mark.parametrize("rule", ["no.such.right", "", None])
def test_a_right_nobody_defined_is_no_rule(rule):
    def page(request):
        return None

    page.access_rule = rule

    class Conf:
        urlpatterns = (path("x/", page),)

    assert without_rule(URLResolver(path("", page).pattern, Conf)) == ["x/ has no rule"]
