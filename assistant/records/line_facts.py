"""The facts of a case that a confirmed line of its course gives, so that the questions about them are proposed an answer.

What a line gives is shown with it as parts that can be corrected, before it is confirmed. The values are those that
the sets of questions know; `prompts/intake/facts.yaml` says which name comes to which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedSeq

from assistant import library
from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import refuse
from assistant.core.record.chronology_lines import DRUG, OPERATION, STUDY, TEST, Line
from assistant.core.record.mentions import extract_kind
from assistant.core.record.phrases import any_of
from assistant.core.text import one_line
from assistant.records.case_yaml import Entry, as_entry, with_block

PARTS = ("modality", "views", "procedure", "levels", "tried", "opioid", "tested", "result")
"""The parts of a line that become facts; `levels` alone is free."""
_RECENT = 4
"""The months before the decision within which a drug that is listed counts as taken."""


def given_parts(line: Line, decided: PartialDate | None) -> dict[str, str]:
    """The parts of a line that become facts when it is confirmed, empty where it doesn't say them."""
    what = line.parts.get("what", "")
    if line.kind == STUDY and (modality := _value("modality", what)):
        named = [_value("views", view) for view in line.parts.get("views", "").split(", ") if view]
        return {"modality": modality, "views": ", ".join(dict.fromkeys(named))}
    if line.kind == OPERATION and (procedure := _value("procedure", what)):
        said = line.parts.get("finding", "") or line.evidence.quote
        levels = [level for one in extract_kind(said, "levels") for level in one.levels if "-" in level]  # type: ignore[attr-defined]
        return {"procedure": procedure, "levels": ", ".join(dict.fromkeys(levels))}
    if line.kind == DRUG:
        taken = _value("opioid", what) if _is_taken(line, decided) else ""
        given = {"tried": _value("tried", what), "opioid": taken}
        return {name: value for name, value in given.items() if value}
    if line.kind == TEST and (tested := _value("tested", what)):
        return {"tested": tested, "result": _result(line.parts.get("finding", ""))}
    return {}


def _result(said: str) -> str:
    """What a finding says of a test, where it says one thing of it, and not by what is missing."""
    named = {
        name: any_of(tuple(words)).search(said) for name, words in library.intake("facts")["result"].items()
    }
    found = [(name, hit) for name, hit in named.items() if hit is not None]
    if len(found) != 1 or re.search(r"(?i)\b(?:no|none|without)\b[^.;]*$", said[: found[0][1].start()]):
        return ""
    return str(found[0][0])


def _is_taken(line: Line, decided: PartialDate | None) -> bool:
    if "stopped" in line.parts or line.date.month is None:
        return False
    if decided is None or decided.month is None:
        return True
    months = 12 * (decided.year - line.date.year) + decided.month - line.date.month
    return 0 <= months <= _RECENT


def _value(part: str, name: str) -> str:
    return next((value for value, names in library.intake("facts")[part].items() if name in names), "")


def checked_part(name: str, value: str) -> None:
    """Raises `Refused` where a part that becomes a fact can't have a value."""
    if name not in PARTS or name == "levels":
        return
    known = tuple(library.intake("facts")[name])
    for one in value.split(",") if name == "views" else [value]:
        if one.strip() and one.strip() not in known:
            raise refuse(f"“{one_line(one, 40)}” is none of its values.", "", f"They are {', '.join(known)}.")


def _facts(fields: Mapping[str, str], place: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], Entry]]:
    """Where the facts of a line stand in the case file, and what they are."""
    held = {name: fields.get(name, "") for name in (*PARTS, "date", "region")}
    dated: dict[str, Any] = {"date": held["date"]}
    if held["modality"] and held["region"]:
        views = {"views": _listed(held["views"])} if held["views"] else {}
        said = {"modality": held["modality"], "region": held["region"]}
        yield ("studies", ""), {**dated, **said, **views, **place}
    if held["procedure"] and held["region"]:
        levels = {"levels": _listed(held["levels"])} if held["levels"] else {}
        name = _value("procedures", held["region"]) or held["region"].replace(" ", "_")
        yield ("procedures", name), {"procedure": held["procedure"], **levels, **dated, **place}
    if held["tried"]:
        yield ("claim", "drugs_tried"), {"kind": held["tried"], **place}
    if held["opioid"]:
        yield ("claim", "opioids"), {"drug": held["opioid"], **place}
    if held["tested"]:
        yield (
            ("claim", "drug_tests"),
            {**dated, **({"result": held["result"]} if held["result"] else {}), **place},
        )


WAITING = "waiting.json"
"""Beside a case the lines of its packet that weren't confirmed when it was made, and would give it facts."""


def waiting_text(lines: Sequence[tuple[str, Mapping[str, str], str]]) -> str:
    """The file of the lines that wait, each by its key, its fields and its page; empty where none would give a fact."""
    rows = [
        {
            "key": key,
            "says": fields["says"],
            "place": place,
            "region": fields.get("region", ""),
            "facts": names,
        }
        for key, fields, place in lines
        if (names := sorted({".".join(filter(None, ("case", *path))) for path, _ in _facts(fields, {})}))
    ]
    return json.dumps(rows, indent=1) if rows else ""


def waiting(folder: Path, decided: Collection[str]) -> list[dict[str, Any]]:
    """The lines that wait beside a case, without those that were decided since; none where they can't be read."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        rows = json.loads((folder / WAITING).read_text("utf-8"))
        return [one for one in rows if str(one["key"]) not in decided and str(one["says"]) and one["facts"]]
    return []


def stated_parts(data: Mapping[str, Any], place: Mapping[str, str], date: str) -> dict[str, str]:
    """The parts of a line of the timeline that the case states as facts, by its passage and day."""

    def of(held: Any, *keys: str) -> Iterator[Mapping[str, Any]]:
        wanted = {**place, "date": date}
        for one in held if isinstance(held, list) else []:
            if isinstance(one, Mapping) and all(
                str(one.get(key, "")) == wanted.get(key, "") for key in ("page", "quote", *keys)
            ):
                yield one

    made: dict[str, str] = {}
    for one in of(data.get("studies"), "date"):
        made |= {"modality": str(one.get("modality", "")), "views": _joined(one.get("views"))}
    for one in of(list(data.get("procedures", {}).values()), "date"):
        made |= {"procedure": str(one.get("procedure", "")), "levels": _joined(one.get("levels"))}
    claim = data.get("claim", {})
    for part, name, key in (("tried", "drugs_tried", "kind"), ("opioid", "opioids", "drug")):
        for one in of(claim.get(name)):
            made[part] = str(one.get(key, ""))
    for one in of(claim.get("drug_tests"), "date"):
        made |= {"tested": "urine", "result": str(one.get("result", ""))}
    return made


def _joined(said: Any) -> str:
    return ", ".join(map(str, said)) if isinstance(said, list) else ""


def _listed(said: str) -> list[str]:
    return [one.strip() for one in said.split(",") if one.strip()]


_SAME = {
    "studies": ("date", "modality", "region"),
    "drugs_tried": ("kind",),
    "opioids": ("drug",),
    "drug_tests": ("date",),
}
"""By what two entries of a list are one: the case states it once."""


def with_facts(text: str, fields: Mapping[str, str], place: Mapping[str, str]) -> str:
    """The text of a case with the facts of a confirmed line; what it states already stays as it is.

    Of two operations of one region the later one stands.
    """
    for (block, name), entry in _facts(fields, place):
        text = with_block(text, block, partial(_add, name=name, entry=entry), listed=not name)
    return text


def without_facts(text: str, fields: Mapping[str, str], place: Mapping[str, str]) -> str:
    """The text of a case without the facts that a line gave."""
    for (block, name), entry in _facts(fields, place):
        text = with_block(text, block, partial(_remove, name=name, entry=entry), listed=not name)
    return text


def _add(held: Any, name: str, entry: Entry) -> bool:
    """Adds an entry to a block of the case; whether that changed anything."""
    if "procedure" in entry:
        former = held.get(name)
        if former is not None and not _is_later(entry, former):
            return False
        held[name] = as_entry(entry)
        return True
    if name and name not in held:
        held[name] = CommentedSeq()
    listed = held[name] if name else held
    if any(all(str(one.get(key)) == str(entry[key]) for key in _SAME[name or "studies"]) for one in listed):
        return False
    listed.append(as_entry(entry))
    return True


def _remove(held: Any, name: str, entry: Entry) -> bool:
    """Takes the entries that rest on the same passage out of a block of the case; whether there were any."""
    if "procedure" in entry:
        if name not in held or not _is_of(held[name], entry):
            return False
        del held[name]
        return True
    listed = held if not name else held.get(name, [])
    places = [at for at, one in enumerate(listed) if _is_of(one, entry)]
    for at in reversed(places):
        del listed[at]
    if name and places and not listed:
        del held[name]
    return bool(places)


def _is_of(held: Any, entry: Entry) -> bool:
    """Whether a fact of the case rests on the passage of a line and is of its day."""
    return all(str(held.get(key, "")) == str(entry.get(key, "")) for key in ("page", "quote", "date"))


def _is_later(entry: Entry, former: Any) -> bool:
    new, old = parse_date(str(entry["date"])), parse_date(str(former.get("date", "")))
    return new is not None and old is not None and bool(new.after(old))
