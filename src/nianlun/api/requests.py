"""What a program may send: the declared form of bodies, from which the OpenAPI description is made as well."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


def read_day(value: object) -> date | None:
    """A day written 2025-03-10; None for nothing. Raises `ValueError` with a Chinese sentence."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("应写成 2025-03-10 的形式。")


Day = Annotated[
    date | None,
    BeforeValidator(read_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2025-03-10"]}),
]


def written(value: Any) -> Any:
    """The inputs without those that are null, which means not given. Raises `ValueError` for a null in a list."""
    if isinstance(value, dict):
        return {name: written(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        if None in value:
            raise ValueError("列表里不能有 null。")
        return [written(inner) for inner in value]
    return value


class AsOf(BaseModel):
    """Under whose law, and with what knowledge, the case is asked."""

    model_config = ConfigDict(extra="forbid", title="AsOf")

    law: Day = Field(default=None, description="按哪一天的法律；不写就按现行的")
    known: Day = Field(default=None, description="按哪一天已经公布的数值；不写就按现在知道的")


class Question(BaseModel):
    """The inputs of a case whose kind the address names."""

    model_config = ConfigDict(extra="forbid", title="Question")

    inputs: Annotated[dict[str, Any], AfterValidator(written)] = Field(
        description="案例的输入，名称和写法见案例格式。数写成 JSON 的数或文字都行，按十进制读；null 等于没有写。"
    )
    title: str = Field(default="", max_length=200, description="案例的名称，原样写回")
    as_of: AsOf = Field(default_factory=AsOf, description="按哪一天的法律、哪一天的已知")


class CaseQuestion(Question):
    """A case of any kind."""

    model_config = ConfigDict(extra="forbid", title="CaseQuestion")

    kind: str = Field(max_length=60, description="案例的种类，见 kinds")
