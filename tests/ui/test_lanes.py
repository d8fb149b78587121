"""Career lanes: labels are cut or moved, they never lie on one another."""

from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import month
from nianlun.ui.widgets.lanes import WIDTH, DrawnPin, LaneMark, LanePin, Lanes, LaneSegment, lanes
from nianlun.ui.widgets.lettering import shorten, text_width

SINCE, UNTIL = month(1984, 1), month(2023, 1)
days = st.sampled_from(
    [SINCE - 3, SINCE, month(1984, 9), month(1998, 7), month(1998, 8), month(2008, 3), UNTIL - 1, UNTIL + 8]
)
words = st.sampled_from(["", "招工审批表", "养老保险手册（1993 年换发，补登）", "档"])
segments = st.builds(LaneSegment, since=days, until=days, label=words, state=st.sampled_from(["unit"]))
pins = st.builds(LanePin, month=days, label=words, original=st.booleans())
marks = st.builds(LaneMark, month=days, label=words)


def drawn(**parts: object) -> Lanes:
    blank: dict[str, object] = {"units": [], "rulings": [], "documents": []}
    return lanes(since=SINCE, until=UNTIL, **(blank | parts))  # type: ignore[arg-type]


def label_box(pin: DrawnPin) -> tuple[float, float, float, float]:
    return pin.label_x, pin.label_y - 11, pin.label_x + text_width(pin.label, size=12), pin.label_y + 2


@given(st.lists(pins, max_size=14))
def test_labels_of_documents_lie_neither_on_labels_nor_on_stems(documents: list[LanePin]):
    shown = drawn(documents=documents).pins
    assert len(shown) == len(documents)
    labelled = [pin for pin in shown if pin.label]
    for at, pin in enumerate(labelled):
        left, top, right, bottom = label_box(pin)
        assert left >= 0 and right <= WIDTH
        for other in labelled[at + 1 :]:
            l2, t2, r2, b2 = label_box(other)
            assert right <= l2 or r2 <= left or bottom <= t2 or b2 <= top
        for other in labelled:
            crosses = left < other.x < right and other.bottom > top and other.top < bottom
            assert other is pin or not crosses


@given(st.lists(marks, max_size=8))
def test_labels_of_policy_keep_clear_of_one_another(policies: list[LaneMark]):
    boxes = [label_box(line) for line in drawn(policies=policies).policies if line.label]
    for at, (left, top, right, bottom) in enumerate(boxes):
        assert right <= WIDTH
        for l2, t2, r2, b2 in boxes[at + 1 :]:
            assert right <= l2 or r2 <= left or bottom <= t2 or b2 <= top


@given(st.lists(segments, max_size=8))
def test_bars_of_overlapping_units_never_cover_each_other(units: list[LaneSegment]):
    bars = drawn(units=units).segments
    for at, bar in enumerate(bars):
        assert bar.x >= 0 and bar.x + bar.width <= WIDTH
        assert text_width(bar.label, size=13) <= max(0, bar.width - 16) + 1e-6
        for other in bars[at + 1 :]:
            together = bar.x < other.x + other.width - 3 and other.x < bar.x + bar.width - 3
            assert bar.y != other.y or not together


@given(st.lists(pins, max_size=14), st.lists(marks, max_size=8), st.lists(segments, max_size=8))
def test_the_drawing_is_as_high_as_what_it_holds(
    documents: list[LanePin], policies: list[LaneMark], units: list[LaneSegment]
):
    shown = drawn(documents=documents, policies=policies, units=units, rulings=units)
    feet = [part.bottom for part in (*shown.pins, *shown.policies)] + [bar.y + 28 for bar in shown.segments]
    assert all(foot <= shown.height for foot in feet)


def test_what_is_cut_from_a_label_stays_whole_in_the_title():
    long = "河北省保定市第一棉纺织厂前纺车间挡车工"
    (bar,) = drawn(units=[LaneSegment(since=month(1990, 1), until=month(1993, 1), label=long)]).segments
    assert bar.label.endswith("…") and bar.title == long


@given(st.text(max_size=12), st.sampled_from([0, 20, 60, 400]))
def test_shortened_words_fit(text: str, width: int):
    assert text_width(shorten(text, size=13, width=width), size=13) <= width + 1e-9


def test_a_copy_has_a_hollow_head():
    shown = drawn(documents=[LanePin(month=month(1998, 3), label="下岗证明", original=False)]).pins
    assert [pin.filled for pin in shown] == [False]
