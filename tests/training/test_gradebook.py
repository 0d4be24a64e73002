"""The gradebook counts what a class has come to, gives intervals that hold, and reads as lines, table, JSON and page."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.log import Log
from assistant.training.book import Book, groups, set_group, trainees_named
from assistant.training.gradebook import (
    COLUMNS,
    Grade,
    Gradebook,
    Question,
    Rate,
    Result,
    curve,
    gradebook,
    gradebook_csv,
    gradebook_json,
    gradebook_lines,
    gradebook_page,
)
from assistant.training.overview import overview_lines, read_gradebook, read_overview
from assistant.training.practice import assign_case
from benchmarks.gradebook import simulated
from tests.training.practising import CASE, TRAINEE, TRAINER, answered, begun


def result(
    trainee: str, case: str, right: str, found: int = 0, planted: int = 0, fresh: bool = True
) -> Result:
    """A run in which each question of `right` (1 or 0) came out so."""
    asked = [Question(f"1/q{n}", one == "1", "<b>wrong</b>") for n, one in enumerate(right)]
    return Result(
        f"{trainee}-{case}",
        trainee,
        case,
        f"2026-02-0{1 + len(case) % 9}",
        Rate(right.count("1"), len(right)),
        Rate(found, planted),
        alarms=Rate(right.count("0"), len(right)),
        seconds=90,
        fresh=fresh,
        questions=asked,
    )


CLASS = gradebook(
    [
        result("anna", "a", "1110", 2, 3),
        result("anna", "ab", "1111", 3, 3),
        result("anna", "ab", "1111", 3, 3, fresh=False),
        result("bert", "a", "1000", 0, 3),
        result("carl", "a", "1100", 1, 3),
    ],
    "Spring",
    {"anna": (1, 1), "dora": (2, 0)},
)


def test_rates_are_over_first_runs_and_every_run_is_an_attempt() -> None:
    anna, _, _, dora = CLASS.grades
    assert (len(anna.results), len(anna.fresh), anna.open, anna.overdue) == (3, 2, 1, 1)
    assert anna.rate("agreement") == Rate(7, 8)
    assert anna.rate("found") == Rate(5, 6)
    assert curve(anna) == [0.75, 1.0]
    assert (dora.results, dora.open, dora.sensitivity, dora.seconds) == ((), 2, None, None)
    assert dora.rate("agreement").words == "-"


def test_who_finds_nothing_and_raises_nothing_tells_nothing_apart() -> None:
    for found, planted, alarms, quiet, told in [
        (0, 10, 0, 40, "0.00"),
        (10, 10, 40, 40, "0.00"),
        (0, 40, 0, 10, "0.00"),
        (5, 10, 5, 10, "0.00"),
        (9, 10, 2, 20, "2.30"),
        (0, 9, 0, 40, "not told from fewer than 10 faults"),
        (0, 0, 0, 40, "-"),
    ]:
        made = replace(result("anna", "a", "1", found, planted), alarms=Rate(alarms, quiet))
        assert Grade("anna", [made]).sensitivity_words == told


def test_questions_are_told_the_hardest_first_with_what_parts_the_good_from_the_weak() -> None:
    (hardest, *others) = CLASS.items
    assert (hardest.case, hardest.place, hardest.right) == ("a", "1/q3", Rate(0, 3))
    assert hardest.discrimination is None
    second = next(one for one in others if one.place == "1/q1")
    assert second.right == Rate(2, 3)
    assert second.discrimination is not None
    assert round(second.discrimination, 2) == 0.5
    assert hardest.wrong == "<b>wrong</b>"


def test_the_lines_fit_a_narrow_terminal_and_say_what_is_overdue() -> None:
    lines = gradebook_lines(CLASS)
    assert max(map(len, lines)) <= 80
    said = "\n".join(lines)
    assert "anna · 3 runs, 1 on what was seen before · 1 open · 1 overdue" in said
    assert "5 of 6 (83%" in said
    assert gradebook_lines(Gradebook("", (), ())) == ["No run is finished yet."]


def test_the_table_and_the_json_hold_the_same_figures() -> None:
    rows = list(csv.DictReader(io.StringIO(gradebook_csv(CLASS))))
    assert list(rows[0]) == list(COLUMNS)
    made = json.loads(json.dumps(gradebook_json(CLASS)))
    schema = json.loads(
        library.read_text(library.folder("schemas") / "output" / "training-gradebook.schema.json")
    )
    assert [error.message for error in Draft202012Validator(schema).iter_errors(made)] == []
    for row, one in zip(rows, made["trainees"], strict=True):
        assert row["trainee"] == one["trainee"]
        assert (int(row["found"]), int(row["planted"])) == (one["found"]["hits"], one["found"]["of"])


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [
            value or "" for name, value in attrs if name in ("src", "href") or name.startswith("on")
        ]


def test_the_page_has_plots_and_neither_scripts_nor_anything_from_elsewhere() -> None:
    page = _Page()
    page.feed(gradebook_page(CLASS))
    assert page.tags.count("svg") == 4
    assert page.tags.count("circle") == 3 * 3 + 2
    assert not {"script", "link", "img", "iframe", "b"} & set(page.tags)
    assert page.sources == []


def test_true_rates_lie_in_the_intervals_and_the_order_follows_skill() -> None:
    share, correlation = simulated(60)
    assert 0.93 <= share <= 0.97
    assert correlation >= 0.9


# -- from a log -----------------------------------------------------------------------------------


def test_a_group_is_assigned_the_same_copy_and_its_gradebook_knows_what_is_overdue(tmp_path: Path) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        book = Book(log, TRAINER.id)
        set_group(book, "spring", (TRAINEE.id, "r-other"))
        made, faults = assign_case(log, TRAINER.id, CASE, "spring", "end", ("wrong-level",), due="2020-01-31")
        assert [one.trainee for one in made] == [TRAINEE.id, "r-other"]
        assert len({one.folder for one in made}) == 1
        assert len({one.id for one in made}) == 2
        assert len(faults) == 1
        assert "due 2020-01-31 · OVERDUE" in "\n".join(overview_lines(read_overview(log)))
        practice = begun(log, "end", "wrong-level")
        answered(practice)
        again = begun(log, "end")
        answered(again)
        book_ = read_gradebook(log, TRAINER.id, ("spring",))
    one, other = sorted(book_.grades, key=lambda grade: -len(grade.results))
    assert (one.trainee, one.open, one.overdue) == (TRAINEE.id, 1, 1)
    assert one.rate("found") == Rate(0, 0)
    assert [result.fresh for result in one.results] == [True, False]
    assert (other.trainee, other.results) == ("r-other", ())


def test_whom_the_log_does_not_know_is_refused(tmp_path: Path) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        book = Book(log, TRAINER.id)
        set_group(book, "spring", ("r-anna", "r-anna"))
        assert groups(book.entries()) == {"spring": ("r-anna",)}
        assert trainees_named(log, "r-anna", TRAINER.id) == ("r-anna",)
        with pytest.raises(Refused, match="nobody called r-ana; there is r-anna"):
            assign_case(log, TRAINER.id, CASE, "r-ana", "end")
        with pytest.raises(Refused, match="nobody called sprin; there is spring"):
            assign_case(log, TRAINER.id, CASE, "sprin", "end")
        with pytest.raises(Refused, match="pseudonymous id"):
            assign_case(log, TRAINER.id, CASE, "Anna Maria", "end")
        with pytest.raises(Refused, match="Groups and trainees are named by"):
            set_group(book, "spring", ("Anna Maria",))
        set_group(book, "spring", ())
        assert groups(book.entries()) == {}
