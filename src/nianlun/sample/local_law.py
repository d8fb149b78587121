"""What the sample city's province must bring itself, because nothing was found of it: invented, and marked so.

Every value says in its source that it is the demonstration's and must be replaced by what the province announced.
"""

from nianlun.policy.lawbook import shipped

REGION = "130000"
RATE_SOURCE = "演示参数：仿中国人民银行一年期定期存款利率（当年 7 月 1 日），须换成本省公布的记账利率"
_RESIDENT_SOURCE = "演示参数：仿一年期定期存款利率，须换成本省公布的居民记账利率"
_OTHER_SOURCE = "演示参数：没有找到本省的文件，须由经办机构给出"

# Per cent on the first of July, from memory.
RATES = {
    1993: "9.18", 1994: "10.98", 1995: "10.98", 1996: "9.18", 1997: "7.47", 1998: "4.77", 1999: "2.25", 2000: "2.25",
    2001: "2.25", 2002: "1.98", 2003: "1.98", 2004: "1.98", 2005: "2.25", 2006: "2.25", 2007: "3.06", 2008: "4.14",
    2009: "2.25", 2010: "2.25", 2011: "3.25", 2012: "3.25", 2013: "3.00", 2014: "3.00", 2015: "2.00",
}  # fmt: skip
_RESIDENT_RATES = {year: RATES.get(year, "1.50") for year in range(2009, 2027)}
_BASIC_PENSION_2019 = (("2019-01-01", 108), ("2020-07-01", 113), ("2022-07-01", 123))
_BASIC_PENSION_2024 = (("2024-01-01", 153), ("2025-01-01", 173), ("2026-01-01", 193))


def account_files() -> dict[str, str]:
    """Files of the province for everything that accounts and residents need and no document was found of."""
    return {
        f"{REGION}/account_interest_rates.toml": _rates(),
        f"{REGION}/personal_account_ratio.toml": _head("personal_account_ratio")
        + "".join(
            _span("1996-01-01", "0.11", _OTHER_SOURCE, group=group, until="1998-01-01")
            for group in ("enterprise", "flexible")
        ),
        f"{REGION}/interest_method.toml": _head("interest_method")
        + _span("1996-01-01", '"monthly_product"', _OTHER_SOURCE),
        f"{REGION}/resident_basic_pension.toml": _basic_pension(),
    }


def _rates() -> str:
    whole = _head("account_interest_rates")
    whole += "".join(_span(f"{y}-01-01", _share(rate), RATE_SOURCE) for y, rate in RATES.items())
    return whole + "".join(
        _span(f"{y}-01-01", _share(rate), _RESIDENT_SOURCE, group="resident")
        for y, rate in _RESIDENT_RATES.items()
    )


def _basic_pension() -> str:
    """The shipped file with its two named absences filled."""
    head, *blocks = shipped().files[f"{REGION}/resident_basic_pension.toml"].split("\n[[")
    fillings = iter((_BASIC_PENSION_2019, _BASIC_PENSION_2024))
    whole = head
    for block in blocks:
        if block.startswith("absent"):
            steps = next(fillings)
            whole += "".join(_span(since, str(amount), _OTHER_SOURCE) for since, amount in steps)
        else:
            # A value known for one day or year only runs on until the step that follows it here.
            lines = [line for line in block.splitlines() if not line.startswith("until")]
            whole += "\n[[" + "\n".join(lines) + "\n"
    return whole


def _head(name: str) -> str:
    table = shipped().table(name)
    head = {key: getattr(table, key) for key in ("title", "unit", "keyed_by", "topic", "lasts")}
    return "".join(f'{key} = "{value}"\n' for key, value in head.items())


def _span(since: str, value: str, source: str, *, group: str = "", until: str = "") -> str:
    lines = [f"since = {since}", f"value = {value}", f'source = "{source}"', 'confidence = "M"']
    lines += [f"until = {until}"] if until else []
    lines += [f'group = "{group}"'] if group else []
    return "\n[[span]]\n" + "\n".join(lines) + "\n"


def _share(per_cent: str) -> str:
    """ "2.25" as "0.0225"."""
    return f"0.{int(per_cent.replace('.', '')):04d}"
