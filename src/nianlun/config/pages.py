"""What the server says about itself: whether it is well, and that something went wrong."""

import shutil
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.utils import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from nianlun.access import answers
from nianlun.access.gate import open_page

LOWEST_FREE = 200_000_000  # bytes; below that an upload of one file (S4.1) would not fit


@open_page("负载均衡和监测要问；只答好坏，不含数据")
@transaction.non_atomic_requests  # else a database that is down answers 500 before this page is entered
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when database and storage serve, 503 when one does not. Says nothing else: anyone may ask."""
    states = {"database": _database_state(), "storage": _storage_state(Path(settings.VAR))}
    return JsonResponse(states, status=200 if set(states.values()) == {"ok"} else 503)


def fault(request: HttpRequest) -> HttpResponse:
    """The answer to an exception nobody handled: 503 when it is the database's silence (S8.2), else 500 (S7.5)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return answers.unavailable(request)
    return HttpResponse(render_to_string("500.html", request=request), status=500)


def _database_state() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        connection.close()  # the next request tries anew instead of using a broken connection
        return "no answer"
    return "ok"


def _storage_state(folder: Path) -> str:
    try:
        return "ok" if shutil.disk_usage(folder).free >= LOWEST_FREE else "full"
    except OSError:
        return "missing"
