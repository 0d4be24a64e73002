"""Nothing that a terminal would obey passes the door."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.text import Private, counted, one_line, shortened, singular, visible, with_article

BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
INVISIBLE = set("\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u061c\ufff9\ufffa\ufffb")
any_text = st.text(st.characters()) | st.text(
    st.sampled_from([*INVISIBLE, *"\x1b\x9b\x00\x07\r\n\t\x7f\u202e\u2066ab"])
)


def unsafe(char: str) -> bool:
    category = unicodedata.category(char)
    if char in "\n\t":
        return False
    return (
        category in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(char) in BIDIRECTIONAL
        or char in INVISIBLE
    )


@given(any_text)
def test_nothing_unsafe_survives(text: str) -> None:
    assert not [char for char in visible(text) if unsafe(char)]


@given(any_text)
def test_a_second_passage_changes_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.text(st.characters(exclude_categories=["C", "Z"])) | st.text("äß日本 \n\té—“”…"))
def test_words_pass_as_they_are(text: str) -> None:
    assert visible(text) == text


def test_every_unsafe_character_is_shown_in_place() -> None:
    for code in range(0x110000):
        char = chr(code)
        if unsafe(char):
            shown = visible(f"a{char}b")
            assert shown[0] == "a"
            assert shown[-1] == "b"
            assert len(shown) >= 3
            assert char not in shown


def test_what_is_there_is_shown() -> None:
    for text, shown in [
        ("\x1b[31mred", "␛[31mred"),
        ("\x9b31m", "<U+009B>31m"),
        ("a\rb", "a␍b"),
        ("\x00\x7f", "␀␡"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("a\u200bb", "a<U+200B>b"),
        ("\ud800", "<U+D800>"),
        ("line\nnext\tcolumn", "line\nnext\tcolumn"),
    ]:
        assert visible(text) == shown


@given(any_text, st.integers(1, 60))
def test_one_line_is_one_line_and_no_longer_than_it_may_be(text: str, limit: int) -> None:
    cut = one_line(text, limit)
    assert len(cut) <= limit
    assert not set(cut) & set("\n\t\r")
    assert not [char for char in cut if unsafe(char)]
    assert cut == cut.strip()


def test_a_cut_is_marked() -> None:
    assert one_line("one  two\nthree", 8) == "one two…"
    assert one_line("one  two\nthree") == "one two three"


def test_a_cut_ends_at_a_word_where_one_ends_near() -> None:
    assert shortened("one two three", 9) == "one two …"
    assert shortened("one two three", 8) == "one two…"
    assert shortened("one two three", 13) == "one two three"
    assert shortened("a" * 20, 8) == "aaaaaaa…"


def test_private_words_are_a_string_to_everyone_else() -> None:
    assert Private("words") == "words"
    assert f"{Private('words')}" == "words"
    assert isinstance(Private("words"), str)


def test_a_noun_has_the_article_with_which_it_is_spoken() -> None:
    for noun, said in [
        ("injection", "an injection"),
        ("operation", "an operation"),
        ("study", "a study"),
        ("hour", "an hour"),
        ("unit", "a unit"),
        ("urine test", "a urine test"),
        ("UR report", "a UR report"),
        ("ulcer", "an ulcer"),
        ("upper limb", "an upper limb"),
        ("one-level fusion", "a one-level fusion"),
        ("MRI", "an MRI"),
        ("x-ray", "an x-ray"),
        ("EMG", "an EMG"),
        ("CT scan", "a CT scan"),
        ("Observation", "an Observation"),
        ("Medication", "a Medication"),
        ("8-week trial", "an 8-week trial"),
    ]:
        assert with_article(noun) == said


def test_on_the_screen_more_units_than_in_letters_are_told_in_the_singular() -> None:
    assert singular("1 tablets", letter=False) == "1 tablet"
    assert singular("1 tablets") == "1 tablets"


def test_a_count_has_its_noun_in_the_plural() -> None:
    said = [counted(1, "study"), counted(2, "study"), counted(2000, "key"), counted(3, "drug test of urine")]
    assert said == ["1 study", "2 studies", "2,000 keys", "3 drug tests of urine"]
