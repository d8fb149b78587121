"""Finding names in PostgreSQL by grams: an index narrows, the plain text decides."""

from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, F, Func, Model, QuerySet, TextField, Value

from nianlun.kernel.grams import grams, normalised, query_grams

_Row = TypeVar("_Row", bound=Model)
LONGEST_QUERY = 100


class _Tsquery(Func):
    template = "%(expressions)s::tsquery"
    output_field = TextField()


class _Matches(Func):
    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def vector(text: str) -> Func:
    """The grams of a text, for the column that is searched."""
    return Func(
        Value(grams(text), output_field=ArrayField(TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )


def containing(rows: QuerySet[_Row], text: str) -> QuerySet[_Row]:
    """The rows whose name contains the text, whatever its spacing and width; none for a text without letters."""
    wanted = query_grams(text[:LONGEST_QUERY])
    if not wanted:
        return rows.none()
    quoted = " & ".join("'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in wanted)
    found = rows.filter(_Matches(F("grams"), _Tsquery(Value(quoted))))
    return found.filter(name_plain__contains=normalised(text[:LONGEST_QUERY]))
