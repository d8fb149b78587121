"""An edition in which provinces whose pension base is not known have one, made up, to compute in their own way."""

from nianlun.policy.lawbook import LawBook

_SPAN = """
[[span]]
since = {year}-01-01
value = {value}
source = "为测试编的数"
confidence = "M"
"""


def with_bases(book: LawBook, regions: list[int]) -> LawBook:
    """Bases for 2006 to 2027 in these regions, beside Hebei's as they are."""
    head = book.files["130000/pension_base.toml"].split("[[")[0]
    text = head + "".join(
        _SPAN.format(year=year, value=f"{1500 + 310 * (year - 2006)}.5") for year in range(2006, 2028)
    )
    return book.amended({f"{region}/pension_base.toml": text for region in regions})
