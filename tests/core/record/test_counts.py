"""Numbers in cited words: those of the answer's unit are held against it, and others say nothing of it."""

from __future__ import annotations

import pytest

from assistant.core.record.counts import (
    a_day,
    adds_up,
    counts_any,
    in_figures,
    misquoted,
    of_another,
    rated,
    says_so,
)
from assistant.core.text import singular


def test_words_that_say_the_number_or_none_of_its_unit_bear_it() -> None:
    for answered, unit, quotes in [
        (6, "weeks", ["for six weeks"]),
        (8, "weeks", ["for two months"]),
        (4, "weeks", ["for a month"]),
        (104, "weeks", ["a two-year history"]),
        (5, "weeks", ["for nearly 6 weeks"]),
        (30, "weeks", ["a 52-year-old woman with pain", "seen on March 9, 2015"]),
        (20, "weeks", ["return in 4 weeks", "every 2 weeks"]),
        (12, "visits", ["12 sessions of PT"]),
        (12, "visits", ["twelve completed PT visits over 6 weeks"]),
        (12, "visits", ["2 visits a week for 6 weeks"]),
        (12, "visits", ["six visits in May", "six visits in June"]),
        (7, "visits", ["6-8 visits"]),
        (1, "level(s)", ["L5-S1, one level"]),
        (1, "level(s)", ["at the L5-S1 level"]),
        (2, "joint level(s)", ["L4-5 and L5-S1, two levels"]),
        (50, "percent", ["50-60% relief"]),
        (45, "mg of morphine a day", ["10 mg, one tablet"]),
        (1_200, "hours", ["1,200 hours"]),
    ]:
        assert misquoted(answered, unit, quotes) == ()


def test_words_that_say_another_number_do_not() -> None:
    for answered, unit, quotes, said in [
        (7, "weeks", ["for six weeks"], ("six weeks",)),
        (3, "weeks", ["for a month"], ("a month",)),
        (9, "weeks", ["over the past three months"], ("three months",)),
        (20, "visits", ["attended 12 visits of physical therapy"], ("12 visits",)),
        (20, "treatments", ["Twelve\nvisits failed"], ("Twelve visits",)),
        (2, "level(s)", ["L5-S1, one level"], ("one level",)),
        (1, "joint level(s)", ["3 facet joint levels"], ("3 facet joint levels",)),
        (50, "percent", ["about 30% relief"], ("30%",)),
        (6, "hours a week", ["20 hours of care per week"], ("20 hours",)),
        (4, "hours a week", ["4 hours a day, 5 days a week."], ("4 hours",)),
        (28, "hours a week", ["5 days a week, 4 hours a day"], ("4 hours",)),
        (103, "years", ["a 51-year-old mechanic"], ("51-year",)),
        (25, "months", ["twenty-one months"], ("twenty-one months",)),
    ]:
        assert misquoted(answered, unit, quotes) == said


def test_a_lone_one_has_its_unit_in_the_singular() -> None:
    said = (
        "It lasted for 1 weeks, 11 weeks and 2.1 weeks, at 1 joint level(s) and 2 level(s); Table 1 shows it."
    )
    told = "It lasted for 1 week, 11 weeks and 2.1 weeks, at 1 joint level and 2 levels; Table 1 shows it."
    assert singular(said) == told


def test_a_number_that_counts_another_thing_is_not_the_answer() -> None:
    for answered, unit, quotes, said in [
        (44, "weeks", ["44 y/o stock clerk"], ("44 y/o",)),
        (44, "weeks", ["a 44-year-old clerk"], ("44-year-old",)),
        (12, "weeks", ["12 visits of therapy"], ("12 visits",)),
        (60, "visits", ["flexion 60 degrees"], ("60 degrees",)),
        (3, "weeks", ["EHL 3/5", "page 3 of 7"], ("3/5", "page 3")),
        (5, "level(s)", ["a 5 mm protrusion"], ("5 mm",)),
        (20, "visits", ["no lifting over 20 pounds"], ("20 pounds",)),
        (12, "weeks", ["12 visits in 12 weeks"], ()),
        (12, "weeks", ["12 visits", "it went on for 12"], ()),
        (21, "weeks", ["October 21, 2013"], ()),
        (9, "weeks", ["12 visits of therapy"], ()),
        (70, "years", ["a 70-year-old woman"], ()),
        (52, "years", ["Age 52."], ()),
        (52, "years", ["52 y/o male"], ()),
        (52, "years", ["Age 53, page 52"], ("page 52",)),
        (45, "mg of morphine a day", ["45 tablets"], ()),
    ]:
        assert of_another(answered, unit, quotes) == said


def test_a_number_without_the_noun_it_counts_is_not_the_answer() -> None:
    for answered, unit, quote, said in [
        (24, "weeks", "24 that were ordered", ("24 that",)),
        (6, "months", "six were authorized", ("six were",)),
        (24, "visits", "climbs 24 stairs", ("24 stairs",)),
        (3, "injections", "3 grandchildren", ("3 grandchildren",)),
        (24, "weeks", "24 visits over 12 weeks", ("24 visits",)),
        (24, "visits", "PT: 24 authorized", ()),
        (24, "weeks", "Weeks of care: 24 so far", ()),
        (9, "weeks", "He attended 9.", ("He attended 9",)),
        (24, "weeks", "Duration (weeks): 24", ()),
        (3, "tests", "3 prior UDTs", ()),
        (8, "weeks", "for eight or nine weeks", ()),
        (52, "years", "Age: 52.", ()),
    ]:
        assert of_another(answered, unit, [quote], cut=True) == said
        assert not said or of_another(answered, unit, [quote]) == (), "as it was held before"


def test_words_that_were_cut_before_the_number_are_read_with_their_sentence() -> None:
    for answered, unit, quote, around, said in [
        (
            52,
            "weeks",
            "weeks of care have not helped",
            "Twelve weeks of care have not helped.",
            ("Twelve weeks",),
        ),
        (5, "level(s)", "L5-S1", "An injection at L5-S1, one level.", ("L5-S1",)),
        (12, "weeks", "weeks of care have not helped", "Twelve weeks of care have not helped.", ()),
        (8, "visits", "8 more", "After 4 visits, 8 more are asked for.", ()),
        (3, "visits", "authorized", "Visit 12 of 12 authorized.", ("Visit 12 of 12",)),
        (3, "visits", "of therapy", "12 visits of therapy.", ("12 visits",)),
    ]:
        assert misquoted(answered, unit, [quote], [around]) == said


def test_a_number_counts_what_stands_with_it() -> None:
    for answered, unit, quote, so in [
        (12, "visits", "attended 12 sessions", True),
        (12, "visits", "12 additional physical therapy visits", True),
        (12, "visits", "2 visits a week for 6 weeks", True),
        (8, "visits", "completed 8 of the 12 visits", True),
        (9, "visits", "Sessions attended: 9", True),
        (12, "visits", "Visit 12 of 12", True),
        (10, "visits", "ten (10) sessions of chiropractic", True),
        (24, "visits", "24 PT appts since May", True),
        (9, "visits", "He was treated nine times", True),
        (2, "injection(s)", "two LESI's", True),
        (12, "visits", "12 weeks of treatment", False),
        (12, "visits", "10 mg; treatments 12 weeks ago", False),
        (12, "visits", "Suite 12. Visit of 03/12/2014", False),
        (3, "tests", "page 3 tests", False),
        (44, "weeks", "a 44-year-old man", False),
        (44, "weeks", "44 years of age", False),
        (4, "weeks", "RTC 4 weeks", False),
        (4, "weeks", "pain x 4 weeks", True),
        (51, "years", "a 51-year-old mechanic", True),
        (1, "level(s)", "L5-S1", True),
        (2, "level(s)", "L4-5 and L5-S1", True),
        (1, "level(s)", "L4-5 and L5-S1", False),
        (3, "level(s)", "fusion from L3 to S1", True),
        (2, "joint level(s)", "medial branches L3, L4, L5", True),
        (3, "injection(s)", "L3 injection", False),
        (60, "mg a day", "10 mg, six tablets a day", True),
        (60, "mg a day", "he is 60 years old", False),
    ]:
        assert says_so(answered, unit, [quote]) is so


@pytest.mark.parametrize(
    ("answered", "quote", "said"),
    [(5, "L5-S1", ("L5-S1",)), (2, "L4-5 and L5-S1", ()), (4, "L4-5 and L5-S1", ("L4-5, L5-S1",))],
)
def test_more_levels_than_are_named_are_not_borne(answered: float, quote: str, said: tuple[str, ...]) -> None:
    assert misquoted(answered, "level(s)", [quote]) == said


def test_a_number_that_a_scan_leaves_in_doubt_speaks_against_another_and_bears_none() -> None:
    assert misquoted(17, "visits", ["\u203912\u203a visits"]) == ("12 visits",)
    assert misquoted(12, "visits", ["\u203912\u203a visits"]) == ()
    assert not says_so(12, "visits", ["\u203912\u203a visits"])


def test_amounts_in_words_become_figures_where_they_count() -> None:
    for said, figures in [
        ("twelve (12) visits", "12 visits"),
        ("ninety tablets", "90 tablets"),
        ("one hundred and twenty tablets", "120 tablets"),
        ("a hundred eighty tablets", "180 tablets"),
        ("Twenty-four visits", "24 visits"),
        ("Norco, forty-five", "Norco, 45"),
        ("two-level fusion, one", "two-level fusion, 1"),
        ("One Touch strips", "One Touch strips"),
        ("one or two visits", "one or 2 visits"),
        ("five twenty visits", "five twenty visits"),
    ]:
        assert in_figures(said, "tablets|visits") == figures


def test_a_rating_of_pain_counts_nothing() -> None:
    for answered, quote, said in (
        (6, "Pain today 6 of 10, as at first.", ("Pain today 6 of 10",)),
        (8, "The VAS is 8/10.", ("VAS is 8/10",)),
        (6, "Pain 6 of 10 after 6 visits.", ()),
        (6, "For the pain 6 of 10 visits were used.", ()),
        (10, "Pain today 6 of 10.", ("Pain today 6 of 10",)),
        (7, "Pain today 6 of 10.", ()),
    ):
        assert rated(answered, [quote]) == said, quote


def test_a_dose_a_day_comes_of_its_strength_and_how_often_it_is_taken() -> None:
    for words, doses in [
        ("Hydrocodone/APAP 10/325 mg is taken three times a day.", (30,)),
        ("Norco 10-325 mg, 1-2 tabs q4-6h", (60, 120, 40, 80)),
        ("oxycodone 5 mg, 60 tablets, one twice a day", (10,)),
        ("MS Contin 30 mg BID and Norco 10/325 mg #120 4/day", (60, 40)),
        ("takes 6 Percocet 10/325 mg a day", (10, 60)),
        ("30 mg a day of morphine", (30,)),
        ("OxyContin 20 mg q12h", (40,)),
        ("Norco 10/325 mg, one tablet by mouth at bedtime", (10,)),
        ("refill oxycodone 5 mg", ()),
    ]:
        assert a_day(words) == doses, words
    assert adds_up(30, (20, 10))
    assert not adds_up(40, (20, 10))


def test_words_count_in_a_unit_or_do_not() -> None:
    for unit, quote, told in [
        ("treatments", "Acupuncture helps, he has had 6 treatments.", True),
        ("treatments", "DISPUTED MEDICAL TREATMENT", False),
        ("weeks", "1. Refill Norco 10/325, Soma 350 mg.", False),
        ("weeks", "He has been on it for 12 weeks.", True),
        ("levels", "Injection at L4-L5 and L5-S1.", True),
        ("", "Score 12 of 20.", True),
        ("", "3. No score.", False),
    ]:
        assert counts_any(unit, quote) is told, quote
