"""Characters and pairs of characters, by which Chinese text is searched without cutting it into words.

A table that is searched keeps the grams of its text in a tsvector. A query is the AND of its grams; since
grams forget their order, every hit is then rechecked: `normalised(query) in normalised(text)`.
"""

import unicodedata

_DROPPED = ("Z", "P", "S", "C")  # Unicode categories: separators, punctuation, symbols, control


def normalised(text: str) -> str:
    """Compatibility forms unified (NFKC), lower case, without spaces, punctuation and symbols."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in folded if not unicodedata.category(c).startswith(_DROPPED))


def grams(text: str) -> list[str]:
    """Every character and every pair of neighbours of the normalised text, once each, for storing."""
    plain = normalised(text)
    return list(dict.fromkeys([*plain, *_pairs(plain)]))


def query_grams(text: str) -> list[str]:
    """The grams a text must hold to contain the query: its pairs, or the one character; [] for nothing."""
    plain = normalised(text)
    return [plain] if len(plain) == 1 else list(dict.fromkeys(_pairs(plain)))


def _pairs(plain: str) -> list[str]:
    return [plain[i : i + 2] for i in range(len(plain) - 1)]
