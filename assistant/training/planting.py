"""Plants faults in a copy of a case: what is proposed is wrong, and a page of the record says what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from assistant.core.fact_text import DateMention, LevelMention, extract_kind
from assistant.core.partial_date import PartialDate, parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.rules import Rules
from assistant.core.shape import DateShape, Several
from assistant.library import CaseFolder
from assistant.training.case_copy import CaseCopy, Stated
from assistant.training.fault import FAULTS, Fault
from assistant.training.planted_page import contradict, later_page, other_segment
from assistant.training.reference import Reference

ANY = "any"
_ATTEMPTS = 20

Planter = Callable[[CaseCopy, Random, str], Fault | None]


def plant(
    case: CaseFolder,
    rules: Rules,
    reference: Reference,
    wanted: Sequence[str],
    folder: Path,
    chance: Random,
) -> tuple[CaseFolder, tuple[Fault, ...]]:
    """A copy of the case in `folder` with the `wanted` faults (`KIND` or `KIND=PROMPT`; `any` leaves it to chance).

    Raises `Refused` for a kind that is not known, or that this case has no place for.
    """
    if not rules.case.practice:
        raise refuse(
            "Faults are planted in practice cases only.", rules.case.id, "Take a case with `practice: yes`."
        )
    for one in wanted:
        if one.partition("=")[0] not in (*FAULTS, ANY):
            raise refuse(f"There is no fault `{one}`.", "", f"There are {', '.join(FAULTS)}.")
    refused: Refused | None = None
    for _ in range(_ATTEMPTS):
        try:
            copy = CaseCopy.of(case, rules, reference)
            faults = tuple(_planted(copy, wanted, chance))
            return copy.write(case, folder), faults
        except _NoPlace as no_place:
            refused = no_place
    assert refused is not None  # there was an attempt
    raise refused


class _NoPlace(Refused):
    """A fault has no place in the copy as it has become; another attempt may go better."""


def _planted(copy: CaseCopy, wanted: Sequence[str], chance: Random) -> Iterator[Fault]:
    """The faults, those with least choice of a place first."""
    had: list[str] = []
    for one in sorted(wanted, key=lambda name: (name == ANY, "=" not in name)):
        kind, _, prompt = one.partition("=")
        fault = _any(copy, chance, had) if kind == ANY else _PLANTERS[kind](copy, chance, prompt)
        if fault is None:
            where = f" at `{prompt}`" if prompt else ""
            what = "No more faults can" if kind == ANY else f"`{kind}` can't"
            raise _NoPlace(
                Problem(
                    f"{what} be planted{where} in this case: it has no fact or page left for it.",
                    copy.rules.case.id,
                    "Ask for fewer, or for other kinds.",
                )
            )
        had.append(fault.kind)
        yield fault


def _any(copy: CaseCopy, chance: Random, had: Sequence[str]) -> Fault | None:
    """A fault of a kind that has not been planted yet, as long as there is one."""
    kinds = list(FAULTS)
    chance.shuffle(kinds)
    for kind in sorted(kinds, key=lambda name: had.count(name)):
        fault = _PLANTERS[kind](copy, chance, "")
        if fault is not None:
            return fault
    return None


def _shuffled(copy: CaseCopy, chance: Random, prompt: str) -> list[Stated]:
    found = [one for one in copy.stated() if prompt in ("", one.prompt.id) and copy.free(one)]
    chance.shuffle(found)
    return found


# -- what the case file states ---------------------------------------------------------------------


def _wrong_month(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one, name, date in _dates(copy, chance, prompt):
        where = _says_date(copy, one, date)
        if where is None or date.month is None:
            continue
        by = chance.choice((-1, 1)) if 1 < date.month < 12 else (1 if date.month == 1 else -1)
        wrong = PartialDate(date.year, date.month + by, min(date.day, 28) if date.day else None)
        if _is_stated(copy, one, name, wrong):
            continue
        return _restate(
            copy, one, "wrong-month", name, str(wrong), where,
            f"The case file proposes {wrong.prose()}; the record says {date.prose()}.",
        )  # fmt: skip
    return None


def _dates(copy: CaseCopy, chance: Random, prompt: str) -> Iterable[tuple[Stated, str, PartialDate]]:
    for one in _shuffled(copy, chance, prompt):
        for name, part in one.parts.parts.items():
            date = parse_date(one.fact.get(name)) if isinstance(part.shape, DateShape) else None
            if date is not None:
                yield one, name, date


def _is_stated(copy: CaseCopy, one: Stated, name: str, date: PartialDate) -> bool:
    """Whether another entry of the same answer already has the date."""
    return any(
        other.prompt.id == one.prompt.id and str(other.fact.get(name)) == str(date) for other in copy.stated()
    )


def _says_date(copy: CaseCopy, one: Stated, date: PartialDate) -> tuple[str, int] | None:
    """A page that says the month and year of a date: the fact's own, before any other."""
    own = [one.page] if one.page is not None else []
    for page in [*own, *copy.treating_pages()]:
        for mention in extract_kind(copy.text(page), "dates"):
            if isinstance(mention, DateMention) and (mention.when.year, mention.when.month) == (
                date.year,
                date.month,
            ):
                return page
    return None


def _wrong_level(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one in _shuffled(copy, chance, prompt):
        for name, part in one.parts.parts.items():
            values = one.fact.get(name)
            if not isinstance(part.shape, Several) or not isinstance(values, list):
                continue
            known = list(part.shape.labels)
            where = _says_levels(copy, values)
            if where is None or any(str(v) not in known for v in values):
                continue
            at = [known.index(str(value)) for value in values]
            moves = [by for by in (-1, 1) if min(at) + by >= 0 and max(at) + by < len(known)]
            if not moves:
                continue
            by = chance.choice(moves)
            wrong = [known[place + by] for place in at]
            return _restate(
                copy, one, "wrong-level", name, wrong, where,
                f"The case file proposes {', '.join(wrong)}; the record says {', '.join(map(str, values))}.",
            )  # fmt: skip
    return None


def _says_levels(copy: CaseCopy, values: Sequence[object]) -> tuple[str, int] | None:
    wanted = {str(value) for value in values}
    for page in copy.treating_pages():
        said = {
            level
            for mention in extract_kind(copy.text(page), "levels")
            if isinstance(mention, LevelMention)
            for level in mention.levels
        }
        if wanted <= said:
            return page
    return None


def _evidence_moved(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one in _shuffled(copy, chance, prompt):
        true = one.page
        others = [page for page in copy.treating_pages() if true is not None and page[0] != true[0]]
        if true is None or not others or "quote" not in one.fact:
            continue
        wrong = chance.choice(others)
        copy.use(one, true, wrong)
        quote = one.fact.pop("quote")
        one.fact["page"] = f"{wrong[0]}:{wrong[1]}"
        return Fault(
            "evidence-moved", one.item, one.prompt.id, "", one.fact["page"], *true,
            f"The case file gives {wrong[0]}:{wrong[1]}; “{quote}” stands on {true[0]}:{true[1]}.",
        )  # fmt: skip
    return None


def _later_study(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one, name, date in _dates(copy, chance, prompt):
        limits = [
            limit
            for limit in (
                copy.rules.case.items[one.item].request_date,
                copy.rules.case.items[one.item].ur_date,
            )
            if limit is not None
        ]
        if "modality" not in one.fact or not limits or one.page is None:
            continue
        limit = min(limits, key=lambda known: known.earliest)
        if date.after(limit) is True and _says_date(copy, one, date) is not None:
            earlier = limit.earliest - timedelta(days=chance.randrange(18, 40))
            wrong = PartialDate(earlier.year, earlier.month, earlier.day)
            if _is_stated(copy, one, name, wrong):
                continue
            return _restate(
                copy, one, "later-study", name, str(wrong), one.page,
                f"The case file proposes {wrong.prose()}; the study is of {date.prose()}, after "
                f"{limit.prose()}, when the treatment was asked for or refused.",
            )  # fmt: skip
        fault = later_page(copy, one, name, date, limit, chance)
        if fault is not None:
            return fault
    return None


def _restate(
    copy: CaseCopy, one: Stated, kind: str, name: str, wrong: object, where: tuple[str, int], says: str
) -> Fault:
    """Puts the wrong value into the case file, where it is proposed from."""
    copy.use(one, where, one.page)
    one.fact[name] = wrong
    return Fault(kind, one.item, one.prompt.id, name, wrong, *where, says)


_PLANTERS: dict[str, Planter] = {
    "wrong-month": _wrong_month,
    "wrong-level": _wrong_level,
    "wrong-segment": other_segment,
    "evidence-moved": _evidence_moved,
    "contradiction": contradict,
    "later-study": _later_study,
}
