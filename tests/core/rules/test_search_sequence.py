"""When the search sequence is asked, and what its rows say of editions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.core.answer import Answer
from assistant.core.answer_reader import read_answer
from assistant.core.dates import PartialDate, parse_date
from assistant.core.rules.answer_schema import ChoiceShape, ListingShape
from assistant.core.rules.criterion import Ruling
from assistant.core.rules.editions import on_day
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.rules import Sources, read_prompt_set
from assistant.core.rules.search_sequence import at_work, lacking, out_of_order, reason, usual
from assistant.core.rules.suggestion import suggest

GUIDELINES = """
guidelines:
  one:
    tier: mtus
    editions:
      2010: {source: Made up, from: 2010-01-01, until: 2015-12-31, name: the guideline of 2010}
      2017: {source: Made up, from: 2017-01-01, name: the guideline of 2017}
    places:
      first: {2010: {rules: p. 1}, 2017: {rules: p. 2}}
      again: {2010: {rules: p. 3}, 2017: unread}
  annual:
    tier: national
    editions: {running: {source: Made up, from: 2008-01-01, name: the annual}}
    places: {first: {running: {rules: chapter 1}}}
"""
SET = """
language: 2
id: made-up
title: Made up
edition: 1
for: {service: study}
governed_by: ur_decision
request: It is requested.
conclusion: {upheld: It is not necessary., overturned: It is necessary.}
questions:
  first: {when: {repeat: "no"}, asks: [one/first]}
  again: {when: {repeat: "yes"}, asks: [one/again]}
prompts:
  - {id: repeat, ask: Is it a further one?, answer: yes-no, look_for: [further]}
  - {id: flag, ask: Is there a flag?, answer: yes-no, look_for: [flag]}
criteria:
  - {id: a-first, cite: one/first, applies: {repeat: "no"}, when: {flag: "yes"}, argues: for, says: It has one.}
  - {id: a-further, cite: one/again, applies: {repeat: "yes"}, when: {flag: "yes"}, argues: for, says: It has one more.}
  - {id: annual, cite: annual/first, when: {flag: "yes"}, argues: against, says: It has none.}
"""
OWN = (Path(__file__).parents[3] / "prompts" / "own-citations.yaml").read_text("utf-8")


def on(text: str) -> PartialDate:
    found = parse_date(text)
    assert found is not None
    return found


def made(day: str) -> PromptSet:
    texts = {"made-up": SET, "guidelines": GUIDELINES, "own-citations": OWN}
    return on_day(read_prompt_set("made-up", Sources(texts, {})), on(day))


def answers(plain: PromptSet, **given: Any) -> dict[str, Answer]:
    return {name: read_answer(plain.askable[name].schema, raw, name) for name, raw in given.items()}


def step(
    name: str = "mtus", place: str = "none", found: str = "nothing", edition: str = "2017"
) -> dict[str, str]:
    return {"step": name, "place": place, "edition": edition, "found": found}


def why(day: str, rulings: dict[str, Ruling] | None = None, **given: Any) -> str:
    plain = made(day)
    return reason(plain, answers(plain, **given), on(day), rulings or {})


def test_it_is_asked_where_no_guideline_decides_and_says_why() -> None:
    assert why("2014-05-01") == ""
    assert why("2014-05-01", repeat="no", flag="yes") == ""
    assert "Nothing that a guideline of the set says stands" in why("2014-05-01", repeat="no", flag="no")
    assert why("2018-05-01", repeat="no") == ""
    assert "Nobody has read what the guideline of 2017" in why("2018-05-01", repeat="yes")
    assert why("2016-05-01") == "No edition of one was in force on May 1, 2016."
    out = Ruling("misstated", "It says otherwise on p. 2.")
    assert why("2014-05-01", {"a-first": out}) == "a-first is ruled misstated."


def suggested(day: str, **given: Any) -> tuple[str | None, str]:
    plain = made(day)
    held = answers(plain, **given)
    got = suggest(Reading(at_work(plain, held, on(day), {}), held), on(day), {})
    return got.decision, got.why


def test_what_was_read_ends_unread_there_and_nowhere_else() -> None:
    further = {"repeat": "yes", "flag": "yes"}
    assert suggested("2018-05-01", **further) == (None, "unread")
    elsewhere = [step(place="one/first"), step("other", "annual/first", "recommendation", "2018")]
    assert suggested("2018-05-01", **further, searched=elsewhere) == (None, "unread")
    read = [step(place="one/again")]
    assert suggested("2018-05-01", **further, searched=read) == (None, "gap")
    year = step("other", "annual/first", "recommendation", "2018")
    assert suggested("2018-05-01", **further, searched=[*read, year]) == ("upheld", "carried")


def test_where_no_edition_is_in_force_the_whole_mtus_is_searched() -> None:
    given = {"repeat": "no", "flag": "yes"}
    assert suggested("2016-05-01", **given) == (None, "unread")
    assert suggested("2016-05-01", **given, searched=[step()]) == (None, "gap")


def test_the_steps_have_their_order_since_2015() -> None:
    for steps, said in (
        ([step(), step("acoem_odg"), step("other"), step("studies")], ""),
        ([step(), step("studies")], "studies before ACOEM or ODG and other guidelines"),
        ([step("acoem_odg"), step()], "ACOEM or ODG before the MTUS"),
    ):
        plain = made("2018-05-01")
        held = answers(plain, repeat="yes", searched=steps)
        reading = Reading(at_work(plain, held, on("2018-05-01"), {}), held)
        assert out_of_order(reading, on("2018-05-01")) == said
        assert out_of_order(reading, on("2015-07-19")) == ""


def test_nothing_is_decided_on_a_search_that_was_not_made() -> None:
    plain = made("2018-05-01")
    held = answers(plain, repeat="yes", flag="yes", searched=[], own=[])
    assert "No step" in lacking(Reading(at_work(plain, held, on("2018-05-01"), {}), held), {})
    held = answers(plain, repeat="yes", flag="yes", searched=[step()], own=[])
    reading = Reading(at_work(plain, held, on("2018-05-01"), {}), held)
    assert lacking(reading, {}) == ""
    assert "misstated" in lacking(reading, {"a-first": Ruling("misstated", "On p. 2.")})


def test_a_guideline_is_proposed_of_the_tier_in_which_something_was_found() -> None:
    plain = made("2018-05-01")
    begun = Answer(parts={"1": Answer(parts={"kind": Answer(value="guideline")})})
    for place, tier in (("mtus", "mtus"), ("acoem_odg", "national")):
        held = answers(plain, repeat="yes", flag="yes", searched=[step(place, found="recommendation")])
        reading = Reading(at_work(plain, held, on("2018-05-01"), {}), {**held, "own": begun})
        assert usual(reading, "own", "1")["tier"] == tier


def test_before_the_day_that_governs_is_known_nothing_of_the_search_is_asked_or_missed() -> None:
    texts = {
        "made-up": SET,
        "guidelines": GUIDELINES.replace("2015-12-31", "2016-05-31"),
        "own-citations": OWN,
    }
    plain = on_day(read_prompt_set("made-up", Sources(texts, {})), on("2016"))
    reading = Reading(at_work(plain, {}, None, {}), {})
    assert [prompt.id for prompt in reading.open_prompts()] == ["governing_day", "repeat", "flag"]
    assert reading.asked("searched") is False
    assert (out_of_order(reading, on("2016")), lacking(reading, {})) == ("", "")


def test_a_place_of_the_search_is_called_by_the_edition_in_force() -> None:
    plain = made("2018-01-01")
    held = answers(plain, repeat="yes")
    searched = at_work(plain, held, on("2018-01-01"), {}).prompts["searched"]
    listing = searched.schema.shape
    assert isinstance(listing, ListingShape)
    place = listing.element.parts["place"].shape
    assert isinstance(place, ChoiceShape)
    assert place.labels == {
        "none": "None of these",
        "one/first": "the guideline of 2017 (p. 2)",
        "one/again": "the guideline of 2017 (again)",
        "annual/first": "the annual (chapter 1)",
    }
