"""The vocabulary of the search: what finds what, and what a file of it may hold."""

from __future__ import annotations

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.core.record.language import (
    Cue,
    Synonyms,
    Vocabulary,
    folded,
    read_vocabulary,
    word_root,
    words_in,
)

SYNONYMS = """
synonyms:
  - same: [pseudarthrosis, nonunion, non-union]
    kinds: [delayed union]
  - same: [x-ray, radiograph]
apart:
  - [progressive, progress]
"""


def made(text: str = SYNONYMS) -> Vocabulary:
    return read_vocabulary({"synonyms.yaml": text})


def test_words_for_one_thing_find_each_other_the_one_looked_for_first() -> None:
    assert made().variants("nonunion") == ("nonunion", "pseudarthrosis", "non-union", "delayed union")
    assert made().variants("pseudarthrosis")[0] == "pseudarthrosis"


def test_a_narrower_word_does_not_find_the_wider_ones() -> None:
    assert made().variants("delayed union") == ("delayed union",)


@pytest.mark.parametrize("term", ["X-Ray", "x ray", "X-rays", "radiographs", " x-ray "])
def test_capitals_hyphens_spaces_and_plurals_do_not_matter(term: str) -> None:
    assert {"x ray", "radiograph"} <= {word_root(one) for one in made().variants(term)}
    assert made().knows(term)


def test_a_hyphenated_word_is_looked_for_in_one_word_too() -> None:
    assert made().variants("work-up") == ("work-up", "workup")
    assert made().variants("none of these") == ("none of these",)


def test_phrases_that_mean_something_else_go_with_every_word_of_the_line() -> None:
    own = made("synonyms:\n  - same: [fall, fell]\n    unless: [fall asleep]")
    assert own.unless("Fell") == ("fall asleep",)
    assert own.unless("asleep") == ()


def test_words_that_may_stand_for_each_other_in_a_phrase_are_written_once() -> None:
    own = made("synonyms:\n  - same: [weakness]\n    kinds: [grip|pinch ... poor|lost]")
    assert own.variants("weakness")[1:] == (
        "grip ... poor",
        "grip ... lost",
        "pinch ... poor",
        "pinch ... lost",
    )


def test_words_kept_apart_do_not_answer_for_each_other() -> None:
    assert made().kept_apart("Progressive") == {"progress"}
    assert made().kept_apart("progression") == frozenset()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ÉCOLE", "ecole"),
        ("pseudarthro\u0301sis", "pseudarthrosis"),
        ("\ufb01lms", "films"),
        ("한국", "한국"),
    ],
)
def test_accents_and_ligatures_fold(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_signs_are_no_words() -> None:
    assert words_in("C4-C5, (non-union)*") == "c4 c5 non union"
    assert words_in("--- ***") == ""


def test_cues_keep_their_standing_and_place() -> None:
    text = 'negated: {before: [no, w/o], after_finding: [": no"]}\nfamily: {headings: [family history]}\nends: [but]'
    read = read_vocabulary({"a.yaml": text})
    assert read.cues == (
        Cue("no", "negated", "before"),
        Cue("w/o", "negated", "before"),
        Cue(": no", "negated", "after_finding"),
        Cue("family history", "family", "headings"),
    )
    assert read.lists == {"ends": ("but",)}


def test_files_are_read_together_whatever_their_order() -> None:
    one, two = {"a.yaml": "ends: [but]"}, {"b.yaml": "ends: [yet]\napart: [[a, b]]"}
    assert read_vocabulary({**one, **two}) == read_vocabulary({**two, **one})
    assert read_vocabulary({**one, **two}).lists["ends"] == ("but", "yet")


def test_a_fault_is_refused_with_file_and_line() -> None:
    for text, said in [
        ("synonyms: {a: b}", "line 1: `synonyms` is a map; a list is wanted"),
        (
            "synonyms:\n  - [a, b]",
            "line 2: In `synonyms` (line 1): `synonyms`, entry 1 is a list; a map is wanted",
        ),
        ("synonyms:\n  - kinds: [a]", "line 2: In `synonyms` (line 1): `same` is missing"),
        (
            "synonyms:\n  - same: [a]\n    kind: [b]",
            "line 3: In `synonyms`, entry 1 (line 2): `kind` is not known here. Did you mean `kinds`?",
        ),
        ("synonyms:\n  - same: [a, '--']", "line 2: There is no word here"),
        ("synonyms:\n  - same: a", "line 2: `same` is text (“a”); a list is wanted"),
        ("negated: [no]", "line 1: `negated` is a list; a map is wanted"),
        (
            "negated:\n  befor: [no]",
            "line 2: In `negated` (line 1): `befor` is not known here. Did you mean `before`?",
        ),
        ("negated:\n  before: [no]\nuncertain:\n  before:\n    - No", "line 5: `No` is negated already"),
        ("negated:\n  before: ['... of']", "line 2: A phrase can't begin with `...`"),
        ("synonym:\n  - same: [a]", "line 1: `synonym` is not known here. Did you mean `synonyms`?"),
        ("ends: [but]\nends: [yet]", "line 2: `ends` stands twice"),
        ("apart: [a]", "line 1:"),
        (
            "synonyms:\n  - same: [a]\n    numbers: {from: 0}",
            "line 3: In `synonyms`, entry 1 (line 2): `numbers` is a map; a list is wanted",
        ),
        (
            "synonyms:\n  - same: [a]\n    numbers: [x]",
            "line 3: `numbers`, entry 1 is text (“x”); a map is wanted",
        ),
        (
            "synonyms:\n  - same: [a]\n    numbers:\n      - {written: [n/5], from: 0}",
            "line 4: In `numbers` (line 3): `numbers`, entry 1 is not as it has to be",
        ),
        (
            "synonyms:\n  - same: [a]\n    numbers:\n      - {written: [n/5], from: 0, to: 900}",
            "line 4: The bounds of a number are no more than 200 apart",
        ),
        (
            "synonyms:\n  - same: [a]\n    numbers:\n      - {written: [five], from: 0, to: 5}",
            "line 4: `n` stands once, where the number is",
        ),
    ]:
        with pytest.raises(Refused) as caught:
            library.vocabulary({"prompts/vocabulary/own.yaml": text})
        assert f"prompts/vocabulary/own.yaml, {said}" in str(caught.value)


def test_numbers_short_forms_and_related_words_go_with_their_line() -> None:
    text = """
synonyms:
  - same: [weakness]
    related: [motor]
    capitals: [MMT]
    numbers:
      - {written: [n/5], from: 0, under: 5}
"""
    read = read_vocabulary({"a.yaml": text})
    assert read.variants("weakness") == ("weakness",)
    assert (read.related("weakness"), read.capitals("weakness")) == (("motor",), ("MMT",))
    (number,) = read.numbers("weakness")
    assert [number.holds(one) for one in (-1, 0, 4.5, 5)] == [False, True, True, False]


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(Refused) as caught:
        library.vocabulary({"a.yaml": "wrong: 1\nends: but", "b.yaml": "other: 2"})
    assert len(caught.value.problems) == 3


def test_words_of_the_same_roots_mean_the_same_in_any_order() -> None:
    for said, other in [
        ("has been losing weight", "weight loss"),
        ("lost his weight", "weight loss"),
        ("can't lift his arm", "cannot lift the arm"),
        ("unable to lift arm", "cannot lift the arm"),
        ("throws up", "throwing up"),
        ("fell", "falls"),
    ]:
        by = Vocabulary((Synonyms((other,), related=("zebra",)),))
        assert by.meant(said) == (other,)


def test_a_word_means_what_it_is_a_kind_of_what_it_is_near_to_or_what_begins_as_it_does() -> None:
    by = Vocabulary(
        (
            Synonyms(("bladder", "urinary"), ("catheter",), ("diaper",)),
            Synonyms(("wheelchair",), capitals=("WC",)),
        )
    )
    assert by.meant("catheters") == ("catheter",)
    assert by.broader("catheter") == ("bladder", "urinary", "diaper")
    assert by.meant("diapers") == ("bladder",)
    assert by.meant("catheterized") == ("catheter",)
    assert by.meant("WC") == ("wheelchair",)
    assert by.meant("cat") == by.meant("zebra") == ()


def test_a_word_finds_no_neighbour_that_is_another_thing() -> None:
    by = library.own_vocabulary()
    assert "H-wave" not in by.variants("TENS"), "another device"
    assert {"TENS", "H-wave"} <= set(by.variants("electrical stimulation"))
    assert "electrical stimulation" in by.variants("TENS")
    assert "weight" not in map(word_root, by.variants("exercise")), "weight that is lost"
    assert "light weights" in by.variants("exercise")


def test_no_word_of_the_told_is_a_bare_number() -> None:
    found = {one for group in library.own_vocabulary().synonyms for one in group.told}
    assert found
    assert [one for one in found if not any(sign.isalpha() for sign in one)] == [], (
        "a day or a page would bear it"
    )
