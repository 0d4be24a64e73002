"""The form of an answers file: its keys, and what each of them may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.core.check import CHECKS
from assistant.core.criterion import RULINGS
from assistant.core.decide import DECISIONS
from assistant.core.problem import Problem, refuse
from assistant.core.text import one_line

KEYS = (
    "reviewer",
    "answers",
    "rulings",
    "determinations",
    "edits",
    "acknowledge",
    "read_by_eye",
    "sign",
    "published",
)


def parsed_json(text: str, name: str) -> Any:
    """The data of a JSON file; raises `Refused` where it is none, or a name stands twice in an object."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                raise refuse(
                    f"`{one_line(key, 40)}` stands twice in one object.", name, "Remove one of them."
                )
            seen[key] = value
        return seen

    try:
        return json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise refuse(
            "This isn't valid JSON.", f"{name}, line {getattr(error, 'lineno', 1)}", "Mend that line."
        ) from None


def form_problems(data: Any, name: str, places: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the form of the whole file; whether it fits a case is asked later."""
    if not isinstance(data, Mapping):
        yield Problem("The answers file is not a map.", name)
        return
    for key in data:
        if key not in KEYS:
            yield Problem(
                f"`{one_line(str(key), 40)}` is not known in an answers file.",
                places.get(str(key), name),
                f"Known: {', '.join(KEYS)}.",
            )
    if data.get("sign", "no") not in (True, False, "yes", "no", "true", "false"):
        yield Problem("`sign` is yes or no.", places.get("sign", name))
    pages = data.get("read_by_eye", "yes")
    if pages not in (True, False, "yes", "no", "true", "false") and not (
        isinstance(pages, list) and pages and all(isinstance(page, str) for page in pages)
    ):
        yield Problem(
            "`read_by_eye` is yes, no, or a list of pages.",
            places.get("read_by_eye", name),
            "Such as [scan:1-4, scan:7].",
        )
    for key in ("answers", "rulings", "determinations", "edits", "acknowledge"):
        value = data.get(key, {})
        inner = list if key == "edits" else Mapping
        if not isinstance(value, Mapping) or (
            key != "acknowledge" and any(not isinstance(v, inner) for v in value.values())
        ):
            yield Problem(f"`{key}` has the wrong form.", places.get(key, name), "See docs/formats.md.")
            return
    for key in data.get("acknowledge", {}):
        if key not in CHECKS:
            what = f"There is no check `{one_line(str(key), 40)}`."
            where = places.get(f"acknowledge/{key}", name)
            yield Problem(what, where, f"There are {', '.join(CHECKS)}.")
    for item, rulings in data.get("rulings", {}).items():
        for criterion, ruling in rulings.items():
            if (
                not isinstance(ruling, Mapping)
                or ruling.get("ruling") not in RULINGS
                or set(ruling) - {"ruling", "reason"}
            ):
                yield Problem(
                    f"A ruling is {{ruling, reason}}, the ruling one of {', '.join(RULINGS)}.",
                    places.get(f"rulings/{item}/{criterion}", name),
                )
    for item, made in data.get("determinations", {}).items():
        if made.get("decision") not in DECISIONS or set(made) - {"decision", "reason"}:
            yield Problem(
                f"A determination is {{decision, reason}}, the decision {' or '.join(DECISIONS)}.",
                places.get(f"determinations/{item}", name),
            )
    for item, edits in data.get("edits", {}).items():
        if any(not isinstance(edit, Mapping) or set(edit) != {"sentence", "text"} for edit in edits):
            yield Problem("An edit is {sentence, text}.", places.get(f"edits/{item}", name))
