"""How answers and facts read in a sentence.

Sentences are templates of one small form: `{{ name }}`, `{{ name.part }}`, `{% if name %} ... {% else %} ...
{% endif %}` (Jinja2, sandboxed). They name only what their place allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|\{#|\{\{|\{%", re.S)
_NAMED = re.compile(r"^\s*([a-z][a-z0-9_]*)((?:\.[a-z][a-z0-9_]*)*)\s*$")
_IF = re.compile(r"^-?\s*(?:el)?if\s+([a-z][a-z0-9_]*)((?:\.[a-z][a-z0-9_]*)*)\s*-?$")


def problems(template: str, allowed: Iterable[str]) -> Iterator[str]:
    """What keeps `template` from being a sentence that names only `allowed`, each in a sentence."""
    names = set(allowed)
    open_ifs: list[bool] = []  # for each, whether its `else` has come
    for match in _TAG.finditer(template):
        shown, control = match[1], match[2]
        if shown is not None:
            found = _NAMED.match(shown)
        elif control is not None:
            said = control.strip("- ")
            word = said.split(" ", 1)[0]
            if word in ("endif", "else", "elif") and (not open_ifs or (open_ifs[-1] and word != "endif")):
                yield f"`{match[0]}` has no `{{% if %}}` that it belongs to."
                continue
            if said == "endif":
                open_ifs.pop()
                continue
            if said == "else":
                open_ifs[-1] = True
                continue
            if word == "if":
                open_ifs.append(False)
            found = _IF.match(control.strip())
        else:
            found = None
        if found is None:
            yield f"`{match[0]}` is not a form that sentences may have."
        elif found[1] not in names:
            yield f"`{found[1]}` can't be named here."
    if open_ifs:
        yield "An `{% if %}` is not closed by `{% endif %}`."


def names(template: str) -> tuple[str, ...]:
    """The roots of all names that a template mentions, in order, each once."""
    found = []
    for match in _TAG.finditer(template):
        named = _NAMED.match(match[1]) if match[1] is not None else _IF.match((match[2] or "").strip())
        if named:
            found.append(named[1])
    return tuple(dict.fromkeys(found))


def render(template: str, values: Mapping[str, Any]) -> str:
    """The sentence with its names filled in, white space folded."""
    return " ".join(filled(template, values).split())


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The sentence with its names filled in, all white space as it is."""
    if "{" not in template:
        return template
    filled_in: str = _compiled(template).render(**values)
    return filled_in


def joined(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b, and c`."""
    parts = [word for word in words if word]
    if len(parts) <= 2:
        return f" {last} ".join(parts)
    return f"{', '.join(parts[:-1])}, {last} {parts[-1]}"


@lru_cache(maxsize=1_000)
def _compiled(template: str) -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string(template)
