"""Adds documents to the text of a `case.yaml`, and changes their entries, without touching anything else in it.

Comments, order and spacing stay as they were written. The result is parsed again and compared with what it should
say before anybody gets to see it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from assistant.core import yaml as plain_yaml
from assistant.core.problem import refuse

Value = str | list[str]
Entry = Mapping[str, Value]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SIMPLE = re.compile(
    r"[A-Za-z](?:[A-Za-z0-9 ./()_'-]|,(?= ))*(?<! )|originals/[\w.-]+|\d{4}-\d\d(?:-\d\d)?|\d{1,7}-\d{1,7}"
)
_AWKWARD = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_HASH = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"\d{1,7}")
_WORDS = frozenset("yes no true false null on off y n".split())


def with_documents(text: str, entries: Sequence[Entry]) -> str:
    """The text with entries added at the end of `documents`."""
    node = _documents(text)
    newline = _newline(text)
    wanted = [*plain_yaml.parse_yaml(text, "case.yaml").data["documents"], *(_read(one) for one in entries)]
    if node.flow_style and node.value:
        end = node.value[-1].end_mark.index
        made = f"{text[:end]}, {', '.join(_flow(one) for one in entries)}{text[end:]}"
    elif node.flow_style:
        at = _after_line(text, node.end_mark.index)
        head = text[: node.start_mark.index].rstrip() + text[node.end_mark.index : at].rstrip("\r\n")
        made = f"{head}{newline}{_block(entries, '  ', newline)}{newline}{text[at:]}"
    else:
        at = _after_line(text, _last(node).end_mark.index)
        gap = "" if text[:at].endswith("\n") else newline
        made = (
            f"{text[:at]}{gap}{_block(entries, ' ' * _dash_column(text, node), newline)}{newline}{text[at:]}"
        )
    return _checked(made, text, wanted)


def with_changes(text: str, document: str, changes: Entry) -> str:
    """The text with keys of one document's entry set; an empty list takes the key away."""
    wanted = [
        {**{key: value for key, value in entry.items() if changes.get(key) != []}, **_read(changes)}
        if str(entry.get("id")) == document
        else entry
        for entry in plain_yaml.parse_yaml(text, "case.yaml").data["documents"]
    ]
    for key, value in changes.items():
        node = next(one for one in _documents(text).value if _value(one, "id") == document)
        text = _with_key(text, node, key, value)
    return _checked(text, text, wanted)


def without_documents(text: str) -> str:
    """The text with an empty list of documents."""
    node = _documents(text)
    if node.flow_style:
        made = f"{text[: node.start_mark.index]}[]{text[node.end_mark.index :]}"
    else:
        key = text.rfind("documents", 0, node.start_mark.index)
        rest = text[_after_line(text, _last(node).end_mark.index) :]
        made = f"{text[:key]}documents: []{_newline(text)}{rest}"
    return _checked(made, text, [])


def _with_key(text: str, entry: Any, key: str, value: Value) -> str:
    pairs = {str(name.value): (name, held) for name, held in entry.value}
    if key in pairs:
        name, held = pairs[key]
        if value != []:
            return f"{text[: held.start_mark.index]}{_scalar_or_list(value)}{text[held.end_mark.index :]}"
        if entry.flow_style:
            start = text.rfind(",", 0, name.start_mark.index)
            return text[:start] + text[held.end_mark.index :]
        start = text.rfind("\n", 0, name.start_mark.index) + 1
        return text[:start] + text[_after_line(text, _last(held).end_mark.index) :]
    if value == []:
        return text
    said = f"{key}: {_scalar_or_list(value)}"
    if entry.flow_style:
        end = entry.end_mark.index - 1
        return f"{text[:end].rstrip().rstrip(',')}, {said}{text[end:]}"
    at = _after_line(text, _last(entry).end_mark.index)
    newline = _newline(text)
    gap = "" if text[:at].endswith("\n") else newline
    return f"{text[:at]}{gap}{' ' * entry.start_mark.column}{said}{newline}{text[at:]}"


def _documents(text: str) -> Any:
    root: Any = yaml.compose(text, Loader=_LOADER)
    for key, value in root.value:
        if key.value == "documents" and isinstance(value, yaml.SequenceNode):
            return value
    raise refuse("The case has no list of documents.", "case.yaml", "Add `documents: []`.")


def _value(entry: Any, key: str) -> str:
    return next((str(held.value) for name, held in entry.value if name.value == key), "")


def _last(node: Any) -> Any:
    """The node whose end is the end of the text of `node`: a block's own end mark lies after what follows it."""
    while not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _after_line(text: str, end: int) -> int:
    """The place after the line on which a value ends; a comment on it stays with it."""
    if text[:end].endswith("\n"):
        return end
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1


def _dash_column(text: str, node: Any) -> int:
    start = node.value[0].start_mark.index
    dash = text.rfind("-", 0, start)
    return dash - (text.rfind("\n", 0, dash) + 1)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _block(entries: Sequence[Entry], indent: str, newline: str) -> str:
    lines = []
    for entry in entries:
        sign = "- "
        for key, value in entry.items():
            lines.append(f"{indent}{sign}{key}: {_scalar_or_list(value)}")
            sign = "  "
    return newline.join(lines)


def _flow(entry: Entry) -> str:
    return "{" + ", ".join(f"{key}: {_flow_scalar(value)}" for key, value in entry.items()) + "}"


def _scalar_or_list(value: Value) -> str:
    return f"[{', '.join(value)}]" if isinstance(value, list) else scalar(value)


def _flow_scalar(value: Value) -> str:
    said = _scalar_or_list(value)
    return quoted(str(value)) if isinstance(value, str) and "," in said and not said.startswith('"') else said


def scalar(value: str) -> str:
    """Text as a YAML value: bare where that can't be misread, else in quotes."""
    bare = _SIMPLE.fullmatch(value) and value.lower() not in _WORDS and not _HASH.fullmatch(value)
    return value if bare else quoted(value)


def quoted(value: str) -> str:
    """Text in double quotes, with whatever YAML wouldn't take as it is written out in signs."""
    said = json.dumps(value, ensure_ascii=False)
    return _AWKWARD.sub(lambda found: f"\\u{ord(found[0]):04x}", said)


def _read(entry: Entry) -> dict[str, Any]:
    """An entry as the parser will give it back."""
    read: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, str):
            read[key] = value
        elif value:
            read[key] = [int(one) if _NUMBER.fullmatch(one) else one for one in value]
    return read


def _checked(made: str, old: str, documents: list[Any]) -> str:
    """The new text, where it says the old things and these documents."""
    data = plain_yaml.parse_yaml(made, "case.yaml").data
    before = plain_yaml.parse_yaml(old, "case.yaml").data
    if {**before, "documents": documents} != data:
        raise refuse(
            "The program can't add to this list of documents as it is written.",
            "case.yaml",
            "Write each document as an entry of its own, beginning with `- id:`.",
        )
    return made
