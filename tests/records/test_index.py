"""The index of a record: everything is found, at its exact place, and ranked."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core.problem import Refused
from assistant.core.record.language import Vocabulary, folded, read_vocabulary, words_in
from assistant.core.record.passages import Occurrence
from assistant.library import own_vocabulary, vocabulary_texts
from assistant.records.fts import OVERHANG, TARGET
from assistant.records.index import RecordIndex

OWN = own_vocabulary()
BARE = Vocabulary()


def found(
    pages: Mapping[str, tuple[str, ...]] | str, *terms: str, by: Vocabulary = OWN
) -> tuple[Occurrence, ...]:
    given = {"d": (pages,)} if isinstance(pages, str) else pages
    mentions = RecordIndex.of(given, by).look_for(terms)
    for one in mentions:
        page = given[one.document][one.page - 1]
        assert page[one.start :].startswith(one.quote)
        assert one.start <= one.at
        assert one.at + one.length <= one.start + len(one.quote)
        assert "".join(one.marked) == one.quote
    return mentions


def surfaces(text: str, *terms: str, by: Vocabulary = OWN) -> list[str]:
    return [one.marked[1] for one in found(text, *terms, by=by)]


# -- what is found --------------------------------------------------------------------------------


def test_spellings_forms_and_broken_words_are_found_where_they_stand() -> None:
    for term, text, surface in [
        ("loosening", "The screw LOOSENED.", "LOOSENED"),
        ("loosening", "loose screws", "loose"),
        ("pseudarthrosis", "a pseudoarthrosis", "pseudoarthrosis"),
        ("pseudarthrosis", "a Non-Union", "Non-Union"),
        ("pseudarthrosis", "a non\nunion", "non\nunion"),
        ("pseudarthrosis", "non\u2011unions", "non\u2011unions"),
        ("nonunion", "pseud-arthrosis", "pseud-arthrosis"),
        ("x-ray", "Xrays and films", "Xrays"),
        ("hardware", "broken screws", "screws"),
        ("pseudarthrosis", "pseudarthro\u0301sis", "pseudarthro\u0301sis"),
        ("pseudarthrosis", "ps\u00e9udarthrosis", "ps\u00e9udarthrosis"),
        ("pseudarthrosis", "pseudar-\n  throsis", "pseudar-\n  throsis"),
        ("pseudarthrosis", "pseud\u00adar\u200bthrosis", "pseud\u00adar\u200bthrosis"),
        ("films", "the \ufb01lms", "\ufb01lms"),
        ("adjacent segment", "the adjacent\n\n   segments", "adjacent\n\n   segments"),
        ("motion at the fusion", "motion\tat the fusion", "motion\tat the fusion"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05d0 \u05e9\u05dc\u05d5\u05dd \u05d1", "\u05e9\u05dc\u05d5\u05dd"),
        (
            "\u0645\u064e\u0631\u064e\u0636",
            "\u202e\u0645\u064e\u0631\u064e\u0636\u202c",
            "\u0645\u064e\u0631\u064e\u0636",
        ),
        ("stra\u00dfe", "die STRA\u1e9eE, Stra\u00dfe", "Stra\u00dfe"),
        ("fever", "\x1b[31mfever\x1b[0m", "fever"),
        ("fever", "\x00fever\x7f", "fever"),
        ("fever", "\ud800fever\udfff", "fever"),
        ("injection", "relief for a year after the RFA", "RFA"),
        ("medication", "She takes her medicine.", "medicine"),
        ("facet injection", "the facets were injected", "facets were injected"),
        ("sedation", "He feels drugged.", "drugged"),
    ]:
        assert surface in surfaces(text, term)


def test_what_only_looks_alike_is_not_found() -> None:
    for term, text in [
        ("progressive", "PROGRESS NOTE"),
        ("extension", "an extensive burn"),
        ("fall", "fallacy"),
        ("CT", "fact, act"),
        ("loosening", "loo sening"),
        ("adjacent segment", "segment adjacent"),
        ("fall", "He fell asleep."),
        ("motion at the fusion", "range of motion at C5"),
        ("delayed union", "pseudarthrosis"),
        ("injection", "REQUEST FOR AUTHORIZATION (DWC Form RFA)"),
        ("radiofrequency ablation", "Request for Authorization (RFA) received"),
        ("medication", "The request is not medically necessary."),
        ("medication", "Board certified in Physical Medicine and Rehabilitation."),
        ("facets", "unless the facts change"),
        ("sedation", "a trial of antiepilepsy drugs"),
    ]:
        assert surfaces(text, term) == []


def test_a_page_without_words_and_terms_without_words_find_nothing() -> None:
    assert found({"a": ("", " \n", "."), "b": ()}, "fever") == ()
    assert found("fever", "---", "", "  ") == ()
    assert found("fever") == ()
    assert RecordIndex.of({}, OWN).look_for(["fever"]) == ()
    assert RecordIndex.of({}, OWN).find("fever") == ()


def test_mentions_come_in_the_order_of_the_case_file_each_once() -> None:
    pages = {"z": ("fever, fever", "none", "fever"), "a": ("chills and fever",)}
    places = [(one.document, one.page, one.at) for one in found(pages, "fever", "chills", "fever")]
    assert places == [("z", 1, 0), ("z", 1, 7), ("z", 3, 0), ("a", 1, 0), ("a", 1, 11)]


def test_a_mention_answers_the_first_term_that_it_fits() -> None:
    text = "pseudarthrosis of the adjacent segment fusion"
    terms = {
        one.marked[1]: one.term
        for one in found(text, "nonunion", "pseudarthrosis", "segment fusion", "adjacent segment")
    }
    assert terms == {"pseudarthrosis": "nonunion", "adjacent segment fusion": "segment fusion"}


def test_a_broken_word_answers_its_own_term() -> None:
    text = "fever, pseudar-\nthrosis"
    assert [one.term for one in found(text, "fever", "pseudarthrosis")] == ["fever", "pseudarthrosis"]


def test_what_means_something_else_to_one_term_may_answer_another() -> None:
    text = "He fell asleep after a fall."
    assert [(one.term, one.marked[1]) for one in found(text, "fall", "asleep")] == [
        ("asleep", "fell asleep"),
        ("fall", "fall"),
    ]


def test_a_phrase_is_found_wherever_a_long_page_is_cut() -> None:
    for shift in range(0, OVERHANG + 40, 7):
        text = f"{'x' * (TARGET - 100 + shift)} motion at the\nfusion, {'y ' * TARGET}"
        assert surfaces(text, "motion at the fusion") == ["motion at the\nfusion"]


def test_words_of_pages_that_are_read_in_part_are_found_and_their_denials_are_not_sure() -> None:
    pages = {"a": ("Denies fever", "Denies fever", "", "Denies fever. \u2039Qaim\u203a"), "b": ("fever",)}
    index = RecordIndex.of(pages, OWN, unreadable={"a": (2, 3, 4), "b": ()})
    assert [(one.document, one.page, one.standing) for one in index.look_for(["fever"])] == [
        ("a", 1, "negated"),
        ("a", 2, "uncertain"),
        ("a", 4, "negated"),
        ("b", 1, "affirmed"),
    ]
    assert index.unreadable == {"a": (2, 3, 4)}


def test_the_quote_is_the_sentence_and_no_longer_than_a_passage() -> None:
    assert found("No fever here. Chills.\n\nOther.", "chills")[0].quote == "Chills."
    long = found("word " * 5000 + "fever " + "word " * 5000, "fever")[0]
    assert len(long.quote) <= 600
    assert long.at == 25_000


def test_a_mention_says_how_it_is_spoken_of() -> None:
    text = "No loosening. Suspects pseudarthrosis at C5-C6.\n\nFAMILY HISTORY: cancer.\n\nHistory of fever. Weakness."
    standings = {
        one.term: one.standing
        for one in found(text, "loosening", "pseudarthrosis", "cancer", "fever", "weakness")
    }
    assert standings == {
        "loosening": "negated",
        "pseudarthrosis": "uncertain",
        "cancer": "family",
        "fever": "historical",
        "weakness": "affirmed",
    }


def test_a_five_megabyte_page_is_searched_to_its_end(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMR_CACHE", str(tmp_path))
    filler = "The neck is sore and the arm is numb. " * 131_072
    text = f"{filler}Suspects pseudarthrosis.\t{'z' * 20_000}"
    (one,) = found(text, "pseudarthrosis")
    assert (one.at, one.standing) == (len(filler) + 9, "uncertain")


PIECES = [
    "fever",
    "FEVER",
    "fe\u0301ver",
    "fevers",
    "other",
    "\u05e9\u05dc\u05d5\u05dd",
    "x" * 300,
    "e\u0301",
    "\u0130",
]
GAPS = [" ", "\n", ". ", "\n\n", "\t", ", ", "-", "\x1b", "\x00 ", "\u202e", "\r"]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GAPS)), max_size=60))
def test_every_occurrence_is_found_once_at_its_place(parts: list[tuple[str, str]]) -> None:
    text, places = "", []
    for piece, gap in parts:
        if folded(piece) in ("fever", "fevers"):
            places.append((len(text), len(piece)))
        text += piece + gap
    assert [(one.at, one.length) for one in found(text, "fever", by=BARE)] == places


# -- what a person asks for -----------------------------------------------------------------------

NOTES = {
    "a": ("The hardware is intact. There is no loosening.", "Fever. " + "Pain. " * 600 + "Chills."),
    "b": ("Loosening of the hardware at C5-C6.", "The plan is to evaluate the patient."),
}


NOTED = RecordIndex.of(NOTES, OWN)


def asked(query: str, limit: int = 50) -> list[tuple[str, int, str]]:
    return [(one.document, one.page, one.quote) for one in NOTED.find(query, limit)]


def test_all_words_are_wanted_and_the_fullest_sentence_comes_first() -> None:
    quotes = [quote for _, _, quote in asked("hardware loosening")]
    assert quotes[0] == "Loosening of the hardware at C5-C6."
    assert set(quotes[1:]) == {"The hardware is intact.", "There is no loosening."}
    some = {quote for _, _, quote in asked("hardware nonsense")}
    assert some == {"Loosening of the hardware at C5-C6.", "The hardware is intact."}
    assert asked('"the hardware" nonsense') == []


def test_a_phrase_is_found_as_it_stands() -> None:
    assert [quote for _, _, quote in asked('"no loosening"')] == ["There is no loosening."]
    assert asked('"loosening no"') == []
    assert asked('"no loosen"') == []
    assert asked("\u201cno loosening\u201d") == asked('"no loosening"')
    assert asked('"no loosening') == asked('"no loosening"')


def test_a_beginning_is_completed() -> None:
    assert len(asked("loos*")) == 2
    assert len(asked("LOOSENIN*")) == 2
    assert asked("oosening*") == []
    assert asked("c5*")


def test_words_far_apart_on_a_page_are_found_on_it() -> None:
    assert {(document, page) for document, page, _ in asked("fever chills")} == {("a", 2)}


def test_small_words_count_only_among_themselves() -> None:
    assert asked("loosening of the") == asked("loosening")
    assert asked("is to")


def test_the_limit_holds() -> None:
    assert len(asked("loosening", 1)) == 1
    assert asked("loosening", 0) == []


def test_the_fullest_sentence_comes_first_however_few_are_shown() -> None:
    filler = "He walks every day and sleeps well. "
    often = f"Loosening was denied. {filler * 30}The hardware is new. Hardware hardware. Loosening loosening."
    index = RecordIndex.of(
        {"a": (often,) * 20, "b": (f"{filler * 60}The hardware shows loosening. {filler}",)}, OWN
    )
    found = index.find("hardware loosening")
    assert found[0].quote == "The hardware shows loosening."
    assert [index.find("hardware loosening", limit) for limit in (1, 2, 5)] == [
        found[:1],
        found[:2],
        found[:5],
    ]


def test_one_sentence_may_speak_in_two_ways() -> None:
    index = RecordIndex.of({"a": ("Hardware without loosening.",)}, OWN)
    assert sorted(one.standing for one in index.find("hardware loosening")) == ["affirmed", "negated"]


def test_no_sign_in_a_query_is_an_operator() -> None:
    for query in [
        "",
        "   ",
        '"',
        '""',
        "*",
        "-",
        "AND",
        "NOT",
        "OR",
        "NEAR(a b, 2)",
        "text:loosening",
        "^loosening",
        "{a b}: c",
        "a AND",
        "(",
        ")",
        "a) OR (b",
        "'; DROP TABLE place; --",
        "\\",
        "%",
        "loosening + - ^ : *",
        '"a" * "b"',
        "\x00",
        "\x1b[2J",
        "\ud800",
        "\u202e",
        "mended : a",
        "a NOT loosening",
        "- loosening",
        "* *",
        '"*"',
        "\u0301",
    ]:
        for _, _, quote in asked(query):
            assert set(words_in(query).split()) & set(words_in(quote).split())
        assert asked(f"{query} hardware") or query.strip('" *').strip()


def test_operators_are_words() -> None:
    index = RecordIndex.of({"a": ("near and not or",), "b": ("loosening",)}, OWN)
    assert [one.document for one in index.find("NEAR NOT")] == ["a"]
    assert [one.document for one in index.find("loosening NOT x")] == ["b"]
    assert index.find('"loosening" NOT x') == ()


def test_a_query_of_ten_thousand_characters_is_answered() -> None:
    query = " ".join(f"word{number}" for number in range(1200))[:10_000]
    index = RecordIndex.of({"a": (query,), "b": ("word1",)}, OWN)
    assert {one.document for one in index.find(query)} == {"a"}
    assert index.find("loosening " * 1000) == ()
    assert index.find("*" * 10_000) == ()
    assert index.find('"' * 10_000) == ()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("loosening " * 1_001, "These are 10,010 characters to look for; a search takes 10,000."),
        (" ".join(f"w{n}" for n in range(1_501)), "These are 1,501 words to look for; a search takes 1,500."),
    ],
)
def test_a_query_that_is_too_long_is_refused_and_never_cut(query: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        RecordIndex.of({"a": ("loosening",)}, OWN).find(query)


@given(st.text(max_size=40))
def test_any_query_is_answered(query: str) -> None:
    for one in NOTED.find(query):
        assert NOTES[one.document][one.page - 1][one.start :].startswith(one.quote)
    NOTED.wordings(query)


def test_what_was_looked_for_can_be_said() -> None:
    index = RecordIndex.of(NOTES, OWN)
    assert index.wordings('nonunion "no fever" loos*')[0] == "nonunion"
    assert {"pseudarthrosis", "no fever", "loos*"} <= set(index.wordings('nonunion "no fever" loos*'))


def test_words_that_may_be_slips_are_told() -> None:
    index = RecordIndex.of({"a": ("A pseudarthosis, injection, pseudarthroses, fevr, X",)}, OWN)
    assert index.words_like(["pseudarthrosis"])[0] == "pseudarthosis"
    assert index.words_like(["infection"]) == ("injection",)
    assert index.words_like(["injection", "fever", ""]) == ()


# -- many at once, and the bundled case -----------------------------------------------------------


def test_several_threads_read_the_same() -> None:
    index = RecordIndex.of(NOTES, OWN)
    expected = index.find("loosening"), RecordIndex.of(NOTES, OWN).look_for(["hardware", "pain"])
    results: list[object] = []

    def read() -> None:
        results.extend((index.find("loosening"), index.look_for(["hardware", "pain"])) for _ in range(10))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 40


def test_a_planted_suspicion_is_found_at_the_prompts_that_ask_for_it() -> None:
    case = library.find_case("cervical-radiographs-after-fusion")
    prompts = library.rules_for(case).sets["1"].prompts
    planted = "The pain is unchanged. The surgeon suspects pseudarthrosis at C5-C6."
    pages = {**case.pages, "progress-note-2014-07-17": (*case.pages["progress-note-2014-07-17"], planted)}
    index = RecordIndex.of(pages, OWN)
    for name in ("suspected", "instability_suspected"):
        hits = [one for one in index.look_for(prompts[name].look_for) if one.page == 3]
        assert "The surgeon suspects pseudarthrosis at C5-C6." in [one.quote for one in hits]
        assert all(one.supports for one in hits)


def test_the_films_of_the_bundled_case_deny_loosening() -> None:
    index = RecordIndex.of(library.find_case("cervical-radiographs-after-fusion").pages, OWN)
    loosening = [one for one in index.look_for(["loosening"]) if one.document.startswith("xray")]
    assert [one.standing for one in loosening] == ["negated", "negated"]


def test_the_vocabulary_of_the_program_reads() -> None:
    files = {name.rpartition("/")[2] for name in vocabulary_texts()}
    assert {"standing.yaml", "synonyms.yaml", "fever.yaml", "levels.yaml"} < files
    assert read_vocabulary(vocabulary_texts()).synonyms == OWN.synonyms
    assert {"nonunion", "non-union", "pseudoarthrosis"} <= set(OWN.variants("pseudarthrosis"))
