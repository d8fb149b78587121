"""Which names mean the same unit, as far as the names alone tell."""

import unicodedata


def unit_groups(names: set[str]) -> dict[str, str]:
    """Which names mean the same unit: equal or contained when place names and legal forms are set aside.

    The answer for each name is the name of its group; an empty name belongs to no unit and stays empty.
    """
    keys = {name: _unit_key(name) for name in names}
    group = {name: name for name in names}

    def root(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    known = sorted(name for name in names if keys[name])
    for index, one in enumerate(known):
        for other in known[index + 1 :]:
            if keys[one] in keys[other] or keys[other] in keys[one]:
                first, second = sorted((root(one), root(other)))
                group[second] = first
    return {name: (root(name) if keys[name] else "") for name in names}


_LEGAL_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "公司", "总厂", "厂")


def _unit_key(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKC", name) if c.isalnum())
    for form in _LEGAL_FORMS:
        if plain.endswith(form) and len(plain) - len(form) >= 3:
            return plain.removesuffix(form)
    return plain
