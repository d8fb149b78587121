"""All policy tables of one edition, asked for the law of a day as far as it was known on a day."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from nianlun.policy.table_files import read_tables
from nianlun.policy.tables import NotInForce, Span, Table, TableBroken

_FOLDER = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True, kw_only=True)
class LawBook:
    """The tables of one edition, under the law as it stood on `law` and as published by `known` (None: all).

    `files` are the texts by path, "130000/pension_base.toml"; `digest` is the SHA-256 that names the edition.
    """

    files: Mapping[str, str] = field(repr=False)
    tables: Mapping[str, Table] = field(repr=False, compare=False)
    digest: str
    law: date | None = None
    known: date | None = None

    def on(self, table: str, day: date, *, region: str | None = None, group: str = "") -> Span:
        """The span of a table in force on a day. Raises `NotInForce`, and `TableBroken` for no such table.

        An edition of the past may lack a table that came later: it held no rule of that kind then.
        """
        if table not in self.tables and table in shipped().tables:
            raise NotInForce(f"这一版政策库还没有《{shipped().tables[table].title}》。")
        return self.table(table).on(day, region=region, group=group, law=self.law, known=self.known)

    def table(self, name: str) -> Table:
        """One table. Raises `TableBroken` for a name that is none of `tables`."""
        if name not in self.tables:
            raise TableBroken(f"no policy table {name}")
        return self.tables[name]

    def as_of(self, *, law: date | None = None, known: date | None = None) -> "LawBook":
        """The same edition under the law of another day, or as published by another day."""
        return replace(self, law=law, known=known)

    def amended(self, files: Mapping[str, str]) -> "LawBook":
        """The edition with these files put in or replaced. Raises `TableBroken`."""
        return replace(law_book({**self.files, **files}), law=self.law, known=self.known)

    def of_region(self, region: str) -> dict[str, str]:
        """The files of one folder, "national" or six digits: what is exported and imported as a whole."""
        return {path: text for path, text in self.files.items() if path.startswith(f"{region}/")}


def law_book(files: Mapping[str, str]) -> LawBook:
    """An edition from the texts of its files. Raises `TableBroken`."""
    return LawBook(files=dict(files), tables=read_tables(files), digest=digest_of(files))


def digest_of(files: Mapping[str, str]) -> str:
    """SHA-256 over paths and texts in the order of the paths: equal texts, equal edition."""
    sums = hashlib.sha256()
    for path in sorted(files):
        text = files[path].encode()
        sums.update(f"{path}\0{len(text)}\0".encode() + text)
    return sums.hexdigest()


@cache
def shipped() -> LawBook:
    """The edition that comes with the program."""
    return law_book(
        {
            path.relative_to(_FOLDER).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(_FOLDER.glob("*/*.toml"))
        }
    )
