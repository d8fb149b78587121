"""Search by characters and pairs of characters."""

from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.grams import grams, normalised, query_grams

texts = st.text("张伟保定A1 ，．", max_size=8)  # few characters, so that hits happen


def test_grams_of_a_name():
    assert grams("张伟民") == ["张", "伟", "民", "张伟", "伟民"]
    assert query_grams("张伟") == ["张伟"]
    assert query_grams("伟") == ["伟"]
    assert query_grams(" 。") == []


def test_width_case_spaces_and_punctuation_never_matter():
    assert normalised("（冀）Ａ－12 3号") == "冀a123号"
    assert grams("保 定，棉纺厂") == grams("保定棉纺厂")


def test_a_rare_character_outside_the_basic_plane_is_one_character():
    assert grams("𠮷") == ["𠮷"]


@given(texts, texts)
def test_the_grams_of_a_query_are_among_those_of_every_text_that_holds_it(text, query):
    if normalised(query) in normalised(text):
        assert set(query_grams(query)) <= set(grams(text))


@given(texts)
def test_grams_are_told_once_each_and_never_empty(text):
    assert len(grams(text)) == len(set(grams(text)))
    assert all(1 <= len(gram) <= 2 for gram in grams(text))
