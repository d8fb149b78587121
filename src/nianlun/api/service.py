"""The API as a whole: which body it reads, how it refuses, how it describes itself."""

from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from nianlun.api import moves, persons, policy, problems
from nianlun.api.description import SCHEMES, answer_schemas
from nianlun.api.problems import Problem, problem_response, wrong_fields
from nianlun.api.reading import MOST_BYTES, BadJson, TooLarge, read_object
from nianlun.api.uploads import MOST_FORM_BYTES

ROOT = "/api/v1"
DESCRIPTION = (
    "policy 按有日期的政策表计算养老保险待遇：答复只取决于请求里写的数和政策表，不涉及任何人的档案，什么也不存；"
    "数在答复里都写成文字，金额以元为单位、两位小数；edition 说用的是哪一版政策表。"
    "cases 和 persons 凭令牌收件、查办件、查参保人：只看得到令牌辖区之内的，每次都留痕。"
)
View = Callable[..., HttpResponseBase]


class _ExactBodies(Parser):
    """Reads numbers as decimals, within limits."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise Problem(problems.NOT_JSON, "请求体应是 JSON，请写明 Content-Type: application/json。")
        return read_object(request.body)


class _Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Short, because clients generated from the description name their functions after it."""
        return operation.view_func.__name__


api = _Api(
    title="年轮",
    version="1",
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api-v1",
    parser=_ExactBodies(),
)
api.add_router("/policy", policy.router)
api.add_router("/cases", moves.router)
api.add_router("/persons", persons.router)


def addresses() -> Iterator[tuple[str, str, View]]:
    """Route, name and view of every endpoint; the framework's own root, which answers nothing, is left out."""
    for each in api.urls[0]:
        if isinstance(each, URLPattern) and each.name and each.name != "api-root":
            most = MOST_FORM_BYTES if each.name == "take_material" else MOST_BYTES
            yield str(each.pattern), each.name, bounded(each.callback, most=most)


@cache
def description() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    found = dict(api.get_openapi_schema(path_prefix=f"{ROOT}/"))
    found["components"]["schemas"] |= answer_schemas()
    found["components"]["securitySchemes"] = SCHEMES
    return found


def bounded(view: View, *, most: int = MOST_BYTES) -> View:
    """The view, refusing a long body before it is read and answering a wrong method as a problem."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length[:20]) > most:
            return problem_response(Problem(problems.TOO_LARGE, str(TooLarge(most))))
        response = view(request, *args, **kwargs)
        if response.status_code != problems.WRONG_METHOD.status:
            return response
        allowed = response["Allow"]
        refusal = Problem(problems.WRONG_METHOD, f"这个地址只接受 {allowed}。")
        return problem_response(refusal, headers={"Allow": allowed})

    return answered


@api.exception_handler(Problem)
def _refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(problem)


@api.exception_handler(HttpError)
def _not_read(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The framework wraps what the parser raised."""
    cause = error.__cause__
    if isinstance(cause, Problem):
        return problem_response(cause)
    if isinstance(cause, TooLarge):
        return problem_response(Problem(problems.TOO_LARGE, str(cause)))
    if isinstance(cause, BadJson):
        return problem_response(Problem(problems.BAD_JSON, str(cause)))
    raise error


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    if any(len(one["loc"]) == 2 and one["loc"][0] == "body" for one in error.errors) and not request.body:
        return problem_response(Problem(problems.BAD_JSON, "没有请求体。请送来一个 JSON 对象。"))
    return problem_response(wrong_fields(error.errors))


@api.exception_handler(Exception)
def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours stays one: the handlers of the whole system log it and answer."""
    raise error
