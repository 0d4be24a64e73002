"""An answer as the log holds it, in words that fit a line: what was given, and what was not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def answer_words(answer: object) -> str:
    """The value, or the status that stands in its place; of a group its parts, of a list its elements.

    The parts that say nothing are named at the end, by status: `tumor: no; not documented: fracture, infection`.
    """
    if not isinstance(answer, Mapping):
        return value_words(answer)
    parts = answer.get("parts")
    if isinstance(parts, Mapping):
        return _listed(parts) if answer.get("list") else _grouped(parts)
    status = str(answer.get("status", "given"))
    if status == "given" and "value" in answer:
        return value_words(answer["value"])
    return status.replace("_", " ")


def value_words(value: object) -> str:
    """A value in words: `flexion, extension`, `yes`, `no complication`; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if set(value) == {"decimal"}:
            return str(value["decimal"])
        return "; ".join(f"{_name(name)}: {value_words(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_words(inner) for inner in value)
    text = str(value)
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


def pages(answer: object) -> list[str]:
    """The pages that an answer and its parts rest on, as `document:page`, each once."""
    return list(dict.fromkeys(f"{one.get('document')}:{one.get('page')}" for one in evidence(answer)))


def evidence(answer: object) -> Iterator[Mapping[str, Any]]:
    """The passages that an answer and its parts rest on."""
    if not isinstance(answer, Mapping):
        return
    for one in answer.get("evidence") or ():
        if isinstance(one, Mapping):
            yield one
    for part in (answer.get("parts") or {}).values():
        yield from evidence(part)


def _listed(parts: Mapping[str, Any]) -> str:
    numbered = sorted(parts, key=lambda name: (len(name), name))
    if len(numbered) == 1:
        return answer_words(parts[numbered[0]])
    return " | ".join(f"{name}) {answer_words(parts[name])}" for name in numbered) or "none"


def _grouped(parts: Mapping[str, Any]) -> str:
    said, silent = [], dict[str, list[str]]()
    for name, part in parts.items():
        status = str(part.get("status", "given")) if isinstance(part, Mapping) else "given"
        if status == "given" or (isinstance(part, Mapping) and part.get("parts")):
            said.append(f"{_name(name)}: {answer_words(part)}")
        else:
            silent.setdefault(status, []).append(_name(name))
    for status, names in silent.items():
        said.append(f"{status.replace('_', ' ')}: {', '.join(names)}")
    return "; ".join(said)


def _name(name: str) -> str:
    return str(name).replace("_", " ")
