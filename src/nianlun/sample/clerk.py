"""The clerk who fills in a person's forms: knows what each paper of that life would have said, flaws included."""

from dataclasses import dataclass
from datetime import date
from random import Random

from nianlun.archives.domain import DocumentKind
from nianlun.kernel.dates import parse_partial_date
from nianlun.sample import wording
from nianlun.sample.paper import Entry, Paper, Seal, plain
from nianlun.sample.people import City, Contradiction, Employer, Flaw, Person
from nianlun.sample.places import NEW_NAMES, OLD_DISTRICTS

_NAMES_CHANGE_BEFORE = date(1992, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """One person's papers share this: the city, the person, the flaws, and the person's own random numbers."""

    city: City
    person: Person
    rng: Random
    flaws: dict[Flaw, Contradiction]

    def unit(self, code: str) -> Employer:
        return self.city.employer(code)

    def name(self, made: date) -> Entry:
        """The name as written at the time; the variant belongs to the old papers."""
        flaw = self.flaws.get(Flaw.NAME_VARIANT)
        text = flaw.stated if flaw and made < _NAMES_CHANGE_BEFORE else self.person.name
        return Entry(text=text, name="name", value=text)

    def sex(self) -> Entry:
        return Entry(text=self.person.sex_word, name="sex", value=self.person.sex_word)

    def birth(self, made: date, *, filed: bool = True, first: bool = False, second: bool = False) -> Entry:
        """The birth date as this paper states it. `first`: earliest of the file; `second`: made the same day."""
        born = self.person.birth_date
        if filed and (flaw := self.flaws.get(Flaw.CARD_AGAINST_FILE)):
            born = date.fromisoformat(flaw.stated)
        if second and (flaw := self.flaws.get(Flaw.FIRST_ENTRIES_DIFFER)):
            born = date.fromisoformat(flaw.stated)
        if first and (flaw := self.flaws.get(Flaw.LUNAR_BIRTH_DATE)):
            value = parse_partial_date(flaw.stated).text
            return Entry(text=flaw.stated, name="birth_date", value=value)
        entry = self._written(born, made=made, name="birth_date")
        if first and (flaw := self.flaws.get(Flaw.ALTERED_FIRST_ENTRY)):
            before = date.fromisoformat(flaw.stated)
            return Entry(
                text=wording.usual(born), name="birth_date", value=born.isoformat(),
                altered_from=wording.usual(before),
            )  # fmt: skip
        return entry

    def start(self, made: date, *, own_words: bool = False) -> Entry:
        """When work began as this paper states it; the person's own later words may differ."""
        flaw = self.flaws.get(Flaw.WORK_START_DIFFERS)
        if own_words and flaw:
            year, month = (int(part) for part in flaw.stated.split("-"))
            return Entry(text=f"{year}年{month}月", name="work_start", value=flaw.stated)
        start = self.person.work_start or self.person.birth_date
        if own_words or made.year > start.year:
            return Entry(text=wording.usual_month(start), name="work_start", value=wording.iso_month(start))
        return self._written(start, made=made, name="work_start")

    def number(self, made: date) -> Entry:
        """The identity number of the time: fifteen digits until 1999-10 (and lazily after), then eighteen."""
        if made.year < 2000 and self.person.old_number:
            flaw = self.flaws.get(Flaw.WRONG_OLD_NUMBER)
            text = flaw.stated if flaw else self.person.old_number
            return Entry(text=text, name="identity_number", value=text)
        text = self.person.identity_number
        return Entry(text=text, name="identity_number", value=text)

    def made_on(self, made: date) -> Entry:
        """The paper's own date in the manner of its time."""
        old_way = made.year < 1988 and (self.rng.random() < 0.6 or not self.person.index)
        text = wording.full(made) if old_way else wording.usual(made)
        return Entry(text=text, name="recorded_on", value=made.isoformat())

    def unit_entry(self, unit: Employer, made: date) -> Entry:
        text = wording.unit_name(unit, year=made.year)
        return Entry(text=text, name="unit", value=text)

    def post(self, text: str) -> Entry:
        return Entry(text=text, name="post", value=text)

    def address(self, made: date) -> Entry:
        """Where the person lives, under the district's name of the time."""
        new, old = NEW_NAMES[self.person.division], OLD_DISTRICTS.get(self.person.division)
        return plain(
            self.person.address.replace(new, old) if old and made.year < 2015 else self.person.address
        )

    def place(self, made: date) -> str:
        """The city or county whose offices answer for the person: 保定市, 满城县."""
        if self.person.division in ("130602", "130606"):
            return "保定市"
        old = OLD_DISTRICTS.get(self.person.division) if made.year < 2015 else None
        return old or NEW_NAMES[self.person.division]

    def police(self, made: date) -> str:
        """The office that issues cards and household pages."""
        return self.place(made) + "公安局"

    def native_place(self) -> Entry:
        return plain(self.person.native_place)

    def _written(self, day: date, *, made: date, name: str) -> Entry:
        style = self.rng.random()
        if made.year < 1985 and style < 0.2:
            return Entry(text=wording.full(day), name=name, value=day.isoformat())
        if made.year < 1998 and style < 0.45 and self.person.index:
            return Entry(text=wording.dotted(day), name=name, value=day.isoformat())
        if style > 0.9 and self.person.index:
            return Entry(text=wording.usual_month(day), name=name, value=wording.iso_month(day))
        return Entry(text=wording.usual(day), name=name, value=day.isoformat())

    def paper(
        self, kind: DocumentKind, *, made: date, unit: str, entries: dict[str, Entry], seals: tuple[Seal, ...],
        pages: int = 1, hand: str = "", copy: bool = False, title: str = "",
    ) -> Paper:  # fmt: skip
        """A finished paper; the place of its id is filled in when the file is put in order."""
        stated = next((e.text for e in entries.values() if e.name == "recorded_on"), wording.usual(made))
        return Paper(
            id=f"{self.person.index:04d}-{kind.value}-{made:%Y%m%d}", person=self.person.index, kind=kind,
            title=title or self._title(kind, made), layout=kind.value, made=made, made_on=stated, unit=unit,
            entries=entries, seals=seals, hand=hand or self._hand(made), pages=pages, copy=copy,
            altered=any(e.altered_from for e in entries.values()), damage=self._damage(made),
        )  # fmt: skip

    def _title(self, kind: DocumentKind, made: date) -> str:
        """The first printed title most often; heroes always have it, so that pictures stay the same."""
        titles = kind.about.titles
        if self.person.index == 0 or self.rng.random() < 0.6:
            return titles[0]
        return self.rng.choice(titles)

    def _hand(self, made: date) -> str:
        if made.year >= 2004:
            return "print" if self.rng.random() < 0.75 else "hand"
        return "typed" if made.year >= 1978 and self.rng.random() < 0.15 and self.person.index else "hand"

    def _damage(self, made: date) -> int:
        if self.person.index == 0:
            return 1 if made.year < 2000 else 0
        if made.year >= 2005:
            return self.rng.choices((0, 1), (7, 3))[0]
        return self.rng.choices((0, 1, 2, 3), (2, 5, 3, 1) if made.year < 1990 else (3, 5, 2, 0))[0]
