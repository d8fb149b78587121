"""Gram columns of the database: `filled` writes one, `holding` asks one."""

from collections.abc import Sequence
from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db.models import BooleanField, F, Func, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast

from nianlun.kernel.grams import grams, query_grams

Row = TypeVar("Row", bound=Model)


class _Holds(Func):
    arg_joiner = " @@ "
    template = "(%(expressions)s)"
    output_field = BooleanField()


def filled(text: str) -> Func:
    """The value of a gram column for a text."""
    return Func(
        Value(sorted(set(grams(text))), output_field=ArrayField(TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )


def holding(rows: QuerySet[Row], text: str, *, column: str = "grams") -> QuerySet[Row]:
    """The rows whose gram column holds every gram of the text; none for a text without letters or digits."""
    wanted = query_grams(text)
    if not wanted:
        return rows.none()
    return rows.filter(_Holds(F(column), Cast(Value(_conjunction(wanted)), SearchQueryField())))


def _conjunction(wanted: Sequence[str]) -> str:
    return " & ".join("'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in wanted)
