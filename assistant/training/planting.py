"""Plants faults in a copy of a practice case: what is proposed is wrong, and a page of the record says what is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from assistant.core.dates import PartialDate
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.mentions import LevelMention, extract_kind
from assistant.core.record.pages import PagePlace
from assistant.core.rules.answer_schema import (
    SeveralShape,
)
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import Rules
from assistant.library import CaseFolder
from assistant.training.altered_pages import (
    contradict,
    later_page,
    months_beside,
    other_segment,
    remove,
    two_documents,
)
from assistant.training.case_copy import CaseCopy, Stated, dates_stated, is_stated, pages_with_date, shuffled
from assistant.training.faults import FAULTS, Fault
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


def takes(case: CaseFolder, rules: Rules, reference: Reference, chance: Random) -> tuple[str, ...]:
    """The kinds of fault that a case has a place for."""
    return tuple(
        kind
        for kind, planter in _PLANTERS.items()
        if planter(CaseCopy.of(case, rules, reference), chance, "") is not None
    )


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


# -- what the case file states ---------------------------------------------------------------------


def _wrong_month(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one, name, date in dates_stated(copy, chance, prompt):
        where = pages_with_date(copy, one, date)
        if not where or date.month is None:
            continue
        wrong = chance.choice(months_beside(date))
        if is_stated(copy, one, name, wrong):
            continue
        return _restate(
            copy, one, "wrong-month", name, str(wrong), where,
            f"The case file proposes {wrong.prose()}; the record says {date.prose()}.",
        )  # fmt: skip
    return None


def _wrong_level(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one in shuffled(copy, chance, prompt):
        for name, part in one.parts.parts.items():
            values = one.fact.get(name)
            if not isinstance(part.shape, SeveralShape) or not isinstance(values, list):
                continue
            known = list(part.shape.labels)
            where = _says_levels(copy, values)
            if not where or any(str(v) not in known for v in values):
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


def _says_levels(copy: CaseCopy, values: Sequence[object]) -> list[PagePlace]:
    wanted = {str(value) for value in values}
    return [
        page
        for page in copy.treating_pages()
        if wanted
        <= {
            level
            for mention in extract_kind(copy.text(page), "levels")
            if isinstance(mention, LevelMention)
            for level in mention.levels
        }
    ]


def _wrong_quantity(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for item, asked, held, key, part in _numbers(copy, chance, prompt):
        true = held[key]
        answer = copy.reference.answers[item, asked.id]
        pages = [
            (one.document, one.page)
            for one in answer.all_evidence()
            if re.search(rf"(?<![\d.,/-]){true}(?![\d/-]|[.,]\d)", one.quote)
        ]
        said = {str(leaf.value) for path, leaf in answer.leaves() if path.rpartition(".")[2] == part}
        least = copy.rules.case.items[item].certified or 0 if key == "requested" else 0
        near = [true * 2, *([] if true % 2 else [true // 2])]
        choices = [one for one in near if one > least and one != true and str(one) not in said]
        if str(true) not in said or not pages or not choices:
            continue
        held[key] = wrong = chance.choice(choices)
        copy.used |= {(id(held), key), *pages}
        if not part:  # the item is named by its number
            entry = copy.data["items"][item]
            entry["service"] = re.sub(rf"^{true}\b", str(wrong), str(entry["service"]))
        first, *others = dict.fromkeys(pages)
        return Fault(
            "wrong-quantity", item, asked.id, part, wrong, *first,
            f"The case file proposes {wrong}; the record says {true}.",
            truth=true, also=tuple(f"{document}:{number}" for document, number in others),
        )  # fmt: skip
    return None


def _numbers(
    copy: CaseCopy, chance: Random, prompt: str
) -> Iterator[tuple[str, Prompt, dict[str, Any], str, str]]:
    """The whole numbers that are proposed: item, question, what of the case file holds it, under which key, and the part of the answer."""
    found: list[tuple[str, Prompt, dict[str, Any], str, str]] = []
    for item in copy.rules.case.items:
        for asked in copy.rules.sets[item].prompts.values():
            for fact in [one.fact for one in asked.propose if "." in one.fact]:
                holder, _, key = fact.rpartition(".")
                held = copy.at(holder, item)
                if (item, asked.id) in copy.reference.answers and isinstance(held, dict):
                    found.append((item, asked, held, key, ""))
    for one in copy.stated():
        found += [(one.item, one.prompt, one.fact, name, name) for name in one.parts.parts]
    found = [
        one
        for one in found
        if prompt in ("", one[1].id)
        and type(one[2].get(one[3])) is int
        and (id(one[2]), one[3]) not in copy.used
    ]
    chance.shuffle(found)
    yield from found


def _evidence_moved(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one in shuffled(copy, chance, prompt):
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
            f"The case file gives {wrong[0]}:{wrong[1]}; “{' '.join(quote.split())}” stands on {true[0]}:{true[1]}.",
        )  # fmt: skip
    return None


def _later_study(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one, name, date in dates_stated(copy, chance, prompt):
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
        if date.after(limit) is True and pages_with_date(copy, one, date):
            earlier = limit.earliest - timedelta(days=chance.randrange(18, 40))
            wrong = PartialDate(earlier.year, earlier.month, earlier.day)
            if is_stated(copy, one, name, wrong):
                continue
            return _restate(
                copy, one, "later-study", name, str(wrong), [one.page],
                f"The case file proposes {wrong.prose()}; the study is of {date.prose()}, after "
                f"{limit.prose()}, when the treatment was asked for or refused.",
            )  # fmt: skip
        fault = later_page(copy, one, name, date, limit, chance)
        if fault is not None:
            return fault
    return None


def _restate(
    copy: CaseCopy, one: Stated, kind: str, name: str, wrong: object, where: Sequence[PagePlace], says: str
) -> Fault:
    """Puts the wrong value into the case file, where it is proposed from; `where` are the pages that say the true one."""
    copy.use(one, where[0], one.page)
    truth, one.fact[name] = one.fact[name], wrong
    also = tuple(f"{document}:{number}" for document, number in where[1:])
    return Fault(kind, one.item, one.prompt.id, name, wrong, *where[0], says, truth=truth, also=also)


_PLANTERS: dict[str, Planter] = {
    "wrong-month": _wrong_month,
    "wrong-level": _wrong_level,
    "wrong-quantity": _wrong_quantity,
    "wrong-segment": other_segment,
    "evidence-moved": _evidence_moved,
    "contradiction": contradict,
    "later-study": _later_study,
    "two-documents": two_documents,
    "removed": remove,
}
