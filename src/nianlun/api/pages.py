"""What is served beside the endpoints: the page for people, the description for programs."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nianlun.access.gate import open_page, shell_context
from nianlun.api import problems, reading, service, work
from nianlun.ui.shell import Crumb

_METHODS = ("get", "post")


@require_safe
@open_page("只是接口的说明，不含数据")
def guide(request: HttpRequest) -> HttpResponse:
    """How to ask, in Chinese, with every address and every refusal."""
    document = service.description()
    context = {
        "may_search": False,  # unless the desk says otherwise of who is signed in
        **shell_context(request),
        "endpoints": list(_endpoints(document)),
        "problems": problems.KINDS,
        "limits": {
            "kilobytes": reading.MOST_BYTES // 1024,
            "depth": reading.MOST_DEPTH,
            "parts": reading.MOST_VALUES,
            "at_once": work.AT_ONCE,
        },
        "crumbs": [Crumb(label="接口")],
    }
    return render(request, "api/guide.html", context)


@require_safe
@open_page("只是接口的说明，不含数据")
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    text = json.dumps(service.description(), ensure_ascii=False)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


def _endpoints(document: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"method": method.upper(), "path": path, "summary": operations[method]["summary"]}
        for path, operations in document["paths"].items()
        for method in _METHODS
        if method in operations
    ]
