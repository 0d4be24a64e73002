"""What there is to practise on: every case with a reference, and exercises after decisions that were reversed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from assistant import library
from assistant.core.problem import Refused
from assistant.core.text import visible
from assistant.training.feedback import cases_with_reference
from assistant.training.gradebook import NONE, Rate, Result
from assistant.training.planting import takes
from assistant.training.practice import Lesson, exercise_of_case


@dataclass(frozen=True)
class Material:
    """A case to practise on. `right` counts the questions that were answered as the reviewer did, over first runs."""

    case: str
    services: tuple[str, ...]
    decisions: tuple[str, ...]
    traps: tuple[str, ...]
    runs: int
    right: Rate
    problem: str = ""

    @property
    def outcome(self) -> str:
        """Upheld, overturned or both."""
        return " and ".join(sorted(set(self.decisions))) or "undecided"


def materials(
    found: Iterable[Result], service: str = "", outcome: str = "", trap: str = ""
) -> list[Material]:
    """Every case with a reference, by its service; those that fit `service`, `outcome` and `trap`, where they are given."""
    results: dict[str, list[Result]] = {}
    for one in found:
        results.setdefault(one.case, []).append(one)
    made = [_material(name, results.get(name, ())) for name in cases_with_reference()]
    return sorted(
        (
            one
            for one in made
            if (not service or any(service.casefold() in said.casefold() for said in one.services))
            and outcome in ("", *one.decisions)
            and trap in ("", *one.traps)
        ),
        key=lambda one: (one.services, one.case),
    )


def _material(name: str, results: Sequence[Result]) -> Material:
    right = sum((one.agreement for one in results if one.fresh), NONE)
    try:
        exercise = exercise_of_case(name, "end")
        rules = library.rules_for(exercise.case)
        services = tuple(dict.fromkeys(rules.sets[item].title for item in rules.case.items))
        decisions = tuple(decision for decision, _ in exercise.reference.decisions.values())
        traps = takes(exercise.case, rules, exercise.reference, Random(1)) if rules.case.practice else ()
    except Refused as refused:
        return Material(name, (), (), (), len(results), right, str(refused))
    return Material(name, services, decisions, traps, len(results), right)


def library_lines(found: Sequence[Material], taught: Mapping[str, Lesson]) -> list[str]:
    """The library for a terminal: cases below their services, then the exercises."""
    lines: list[str] = []
    for one in found:
        heading = " and ".join(one.services) or "Not to be read"
        if heading not in lines:
            lines += ["", heading] if lines else [heading]
        made = (
            f"{one.right.hits} of {one.right.of} right in {one.runs} runs" if one.right.of else "not run yet"
        )
        lines.append(f"  {one.case} · {one.outcome} · {made}")
        lines.append(f"      {one.problem or 'traps: ' + (', '.join(one.traps) or 'none of its own')}")
    lines += ["", "Exercises, each begun with `imr practise NAME`"] if taught else []
    for lesson in taught.values():
        lines += [f"  {lesson.id} · {lesson.case}", f"      {lesson.happened}", f"      {lesson.source}"]
    return [visible(line) for line in lines] or ["No case fits."]


def library_json(found: Sequence[Material], taught: Mapping[str, Lesson]) -> dict[str, Any]:
    """The library as `imr training library --json` prints it."""
    return {
        "cases": [
            {
                "case": one.case,
                "services": list(one.services),
                "decisions": list(one.decisions),
                "traps": list(one.traps),
                "runs": one.runs,
                "right": {"hits": one.right.hits, "of": one.right.of},
                "problem": one.problem or None,
            }
            for one in found
        ],
        "exercises": [
            {
                "exercise": one.id,
                "case": one.case,
                "faults": list(one.faults),
                "unaided": one.unaided,
                "happened": one.happened,
                "source": one.source,
            }
            for one in taught.values()
        ],
    }
