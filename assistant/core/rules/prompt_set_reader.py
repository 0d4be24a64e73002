"""From the `when` of a prompt set to a formula: a map is all-of, a list of maps is any-of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from assistant.core.answer_schema import AnswerSchema, inline, over, reserved
from assistant.core.condition import RESERVED, AllOf, AnyOf, Atom, Condition, Formula
from assistant.core.problem import Refused
from assistant.core.prompt_set import Prompt
from assistant.core.shape import Group, Listing, Several, at

Say = Callable[..., None]


def read_formula(raw: Any, prompts: Mapping[str, Prompt], say: Say) -> Formula:
    """The formula that `raw` states over `prompts`; problems go to `say(what, fix)`, which notes the place."""
    if isinstance(raw, list):
        if not raw or any(not isinstance(entry, Mapping) for entry in raw):
            say("A list of conditions is a list of maps, of which one must hold.")
            return True
        return AnyOf(tuple(_all_of(entry, prompts, say) for entry in raw))
    if isinstance(raw, Mapping):
        return _all_of(raw, prompts, say)
    say(f"`{raw}` is not a condition.", "Write {prompt: condition}.")
    return True


def _all_of(raw: Mapping[str, Any], prompts: Mapping[str, Prompt], say: Say) -> Formula:
    if not raw:
        say("An empty map of conditions would always hold.", "Say what must hold, or leave the line out.")
    items = tuple(_on(str(key), spec, prompts, say) for key, spec in raw.items())
    return items[0] if len(items) == 1 else AllOf(items)


def _on(path: str, spec: Any, prompts: Mapping[str, Prompt], say: Say) -> Formula:
    root, *rest = path.split(".")
    prompt = prompts.get(root)
    if prompt is None:
        near = get_close_matches(root, list(prompts), 1)
        say(
            f"`{root}` is no prompt that stands above this one.",
            f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(prompts) or 'none'}.",
        )
        return True
    shape = at(prompt.schema.shape, tuple(rest))
    if shape is None:
        say(f"`{root}` has no part `{'.'.join(rest)}`.")
        return True
    if isinstance(spec, list):
        return AnyOf(tuple(_on(path, one, prompts, say) for one in spec))
    gathered = bool(rest) and isinstance(prompt.schema.shape, Listing) and not rest[0].isdigit()
    condition = _condition(prompt.schema, tuple(rest), spec, shape, gathered, say)
    return True if condition is None else Atom(path, condition)


def _condition(
    schema: AnswerSchema, rest: tuple[str, ...], spec: Any, shape: Any, gathered: bool, say: Say
) -> Condition | None:
    if isinstance(spec, Mapping) and len(spec) == 1 and next(iter(spec)) in ("some", "every"):
        kind, wanted = next(iter(spec.items()))
        if not gathered and (not isinstance(shape, Group | Listing) or isinstance(shape, Several)):
            say(f"`{kind}` speaks of the parts of a group, and this answer has none.")
            return None
        inner = [
            _inner(schema, rest, one, shape, gathered, say)
            for one in (wanted if isinstance(wanted, list) else [wanted])
        ]
        if not inner or None in inner:
            return None
        return over(kind, tuple(one for one in inner if one is not None))
    if gathered:
        say("This names a part of every element of a list.", "Write {some: ...} or {every: ...}.")
        return None
    return _plain(schema, rest, spec, say)


def _inner(
    schema: AnswerSchema, rest: tuple[str, ...], spec: Any, shape: Any, gathered: bool, say: Say
) -> Condition | None:
    if gathered or not isinstance(spec, str) or spec in RESERVED:
        return _plain(schema, rest, spec, say)
    if isinstance(shape, Group):
        for name in shape.parts:
            found = schema.condition(spec, (*rest, name))
            if found is not None:
                return found
    say(f"No part of `{schema.name}` has a condition `{spec}`.")
    return None


def _plain(schema: AnswerSchema, rest: tuple[str, ...], spec: Any, say: Say) -> Condition | None:
    if isinstance(spec, str):
        if spec in RESERVED:
            return reserved(spec)
        found = schema.condition(spec, rest)
        if found is None:
            near = get_close_matches(spec, list(schema.conditions), 1)
            say(
                f"The answer `{schema.name}` has no condition `{spec}`.",
                f"Did you mean `{near[0]}`?"
                if near
                else f"It has: {', '.join([*schema.conditions, *sorted(RESERVED)])}.",
            )
        return found
    try:
        return inline(spec, "")
    except Refused as refused:
        for problem in refused.problems:
            say(problem.what, problem.fix)
        return None
