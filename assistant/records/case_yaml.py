"""Adds entries to the lists of a `case.yaml`, and changes documents, without touching anything else in it.

Only the piece that changes is written anew, by a library that keeps comments, order and quotes; lines in it that say
what they said stay as they were typed. The result is parsed again and compared with what it should say before
anybody gets to see it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from io import StringIO
from textwrap import indent
from typing import Any

import yaml as positions
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from assistant.core import yaml
from assistant.core.problem import Refused, refuse

Value = str | list[str]
Entry = Mapping[str, Value]

_LOADER: Any = getattr(positions, "CSafeLoader", positions.SafeLoader)
_DUMPER: Any = getattr(positions, "CBaseDumper", positions.BaseDumper)
_TAG = "tag:yaml.org,2002:"
_SIMPLE = re.compile(
    r"[A-Za-z](?:[A-Za-z0-9 ./()_'-]|,(?= ))*(?<! )|originals/[\w.-]+|\d{4}-\d\d(?:-\d\d)?|\d{1,7}-\d{1,7}"
)
_HASH = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"\d{1,7}")
_WORDS = frozenset("yes no true false null on off y n".split())


class _AllText(VersionedResolver):
    """Plain scalars are text, as in `core/yaml.py`: none is rewritten as the number or day that it looks like."""

    @property
    def versioned_resolver(self) -> Any:
        return {}


def with_documents(text: str, entries: Sequence[Entry]) -> str:
    """The text with entries added at the end of `documents`."""
    return with_entries(text, "documents", entries)


def with_entries(text: str, name: str, entries: Sequence[Entry]) -> str:
    """The text with entries added at the end of a list; a list that isn't there yet is made at the end."""
    if name != "documents" and name not in yaml.parse_yaml(text, "case.yaml").data:
        made = f"{text}{'' if text.endswith(chr(10)) else chr(10)}\n{name}: []\n"
        return with_entries(made, name, entries)
    node = _list(text, name)
    wanted = [*_said(text, name), *(_read(one) for one in entries)]
    if node.flow_style and node.value:
        at = node.value[-1].end_mark.index
        return _checked(
            text,
            f"{text[:at]}, {', '.join(_flow(as_entry(one)) for one in entries)}{text[at:]}",
            wanted,
            name,
        )
    if node.flow_style:  # `[]`, which goes; what stands behind it on its line stays
        head = text[: node.start_mark.index].rstrip()
        head, at, column = head + text[node.end_mark.index :], len(head), 2
    else:
        head, at, column = text, _last(node).end_mark.index, _dash(text, node.value[0])[1]
    at = _after_line(head, at)
    gap = "" if head[:at].endswith("\n") else "\n"
    return _checked(text, head[:at] + gap + _new(entries, column) + head[at:], wanted, name)


def with_changes(text: str, document: str, changes: Entry) -> str:
    """The text with keys of one document's entry set; an empty list takes the key away."""
    wanted = _said(text)
    place = next(at for at, entry in enumerate(wanted) if str(entry.get("id")) == document)
    kept = {key: value for key, value in wanted[place].items() if changes.get(key) != []}
    wanted[place] = {**kept, **_read(changes)}
    entry = _documents(text).value[place]
    start, end = entry.start_mark.index, entry.end_mark.index
    if not entry.flow_style:
        (start, column), end = _dash(text, entry), _after_line(text, _last(entry).end_mark.index)
    piece = text[start:end].replace("\r\n", "\n")
    before, after = _loaded(piece), _loaded(piece)
    for key, value in as_entry(changes).items():
        if value:
            after[0][key] = value
        else:
            after[0].pop(key, None)
    if not entry.flow_style:
        inner = entry.start_mark.column
        made = _as_typed(piece, _block(before, column, inner), _block(after, column, inner))
    elif "\n" in piece and "#" in piece:  # the library loses a comment inside braces
        raise _refused()
    else:
        made = _flow(after[0])
    return _checked(text, text[:start] + made + text[end:], wanted)


def without_documents(text: str) -> str:
    """The text with an empty list of documents."""
    node = _documents(text)
    if node.flow_style:
        return _checked(text, f"{text[: node.start_mark.index]}[]{text[node.end_mark.index :]}", [])
    key = text.rfind("documents", 0, node.start_mark.index)
    rest = text[_after_line(text, _last(node).end_mark.index) :]
    return _checked(text, f"{text[:key]}documents: []\n{rest}", [])


def without_entry(text: str, name: str, place: int) -> str:
    """The text without one entry of a list, by its place from 0; what stands beside it stays."""
    node, wanted = _list(text, name), _said(text, name)
    del wanted[place]
    if node.flow_style or node.value[place].flow_style is None:
        raise _refused()
    start, _ = _dash(text, node.value[place])
    end = _after_line(text, _last(node.value[place]).end_mark.index)
    if not wanted:
        key = text.rfind(name, 0, node.start_mark.index)
        return _checked(text, f"{text[:key]}{name}: []\n{text[end:]}", wanted, name)
    return _checked(text, text[:start] + text[end:], wanted, name)


def with_block(text: str, name: str, change: Callable[[Any], bool], listed: bool = False) -> str:
    """The text with what stands under one of its first keys changed, which is made at the end where it isn't there.

    `change` gets the map, or with `listed` the list, and says whether it changed it. Nothing else is touched.
    """
    root: Any = positions.compose(text, Loader=_LOADER)
    found = next(((key, value) for key, value in root.value if key.value == name), None)
    if found is None:
        start = end = len(text)
        piece, after = "", CommentedMap({name: CommentedSeq() if listed else CommentedMap()})
    else:
        start, end = found[0].start_mark.index, _after_line(text, _last(found[1]).end_mark.index)
        piece = text[start:end].replace("\r\n", "\n")
        if (found[1].flow_style and "\n" in piece and "#" in piece) or root.flow_style:
            raise _refused()
        after = _yaml().load(piece)
    if not change(after[name]):
        return text
    inner = re.search(r"^( *)[\w -]+:[ \t]*\n( *)- ", piece, re.MULTILINE)
    column = len(inner[2]) - len(inner[1]) if inner else 2
    made = _dumped(after, column) if after[name] else ""
    if piece and made:
        made = _as_typed(piece, _dumped(_yaml().load(piece), column), made)
    gap = "" if not start or text[:start].endswith("\n") else "\n"
    whole = text[:start] + gap + made + text[end:]
    if "\r\n" in text:
        whole = whole.replace("\r\n", "\n").replace("\n", "\r\n")
    kept, said = (
        {key: value for key, value in yaml.parse_yaml(one, "case.yaml").data.items() if key != name}
        for one in (text, whole)
    )
    if kept != said:
        raise _refused()
    return whole


def _dumped(data: Any, column: int) -> str:
    written = StringIO()
    _yaml(column, column + 2).dump(data, written)
    return written.getvalue()


def text_of(data: Any) -> str:
    """The text of a case that came as something else, such as JSON: a block for each map, a line for each short list."""
    written = StringIO()
    _yaml().dump(_node(data), written)
    return written.getvalue()


def _node(data: Any) -> Any:
    if isinstance(data, Mapping):
        return CommentedMap((str(key), _node(value)) for key, value in data.items())
    if isinstance(data, list):
        return CommentedSeq(_node(one) for one in data)
    return _scalar(data) if isinstance(data, str) else data


def scalar(value: str) -> str:
    """Text as a YAML value: bare where that can't be misread, else in quotes."""
    return _flow(CommentedMap(a=_scalar(value)))[4:-1]


# Where things stand in the text.


def _documents(text: str) -> Any:
    return _list(text, "documents")


def _list(text: str, name: str) -> Any:
    root: Any = positions.compose(text, Loader=_LOADER)
    for key, value in root.value:
        if key.value == name and isinstance(value, positions.SequenceNode):
            return value
    raise refuse(f"The case has no list of {name}.", "case.yaml", f"Add `{name}: []`.")


def _last(node: Any) -> Any:
    """The node whose end is the end of the text of `node`: a block's own end mark lies after what follows it."""
    while not isinstance(node, positions.ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _after_line(text: str, end: int) -> int:
    """The place after the line on which a value ends; a comment on it stays with it."""
    if text[:end].endswith("\n"):
        return end
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1


def _dash(text: str, entry: Any) -> tuple[int, int]:
    """Where the line of an entry's dash begins, and the dash's column."""
    dash = text.rfind("-", 0, entry.start_mark.index)
    start = text.rfind("\n", 0, dash) + 1
    return start, dash - start


# What is written there.


def _yaml(column: int = 0, inner: int = 2) -> YAML:
    """The library's reader and writer; a list's dashes stand at `column`, its values at `inner`."""
    made = YAML()
    made.Resolver = _AllText
    made.preserve_quotes = True
    made.width = 1 << 20
    made.indent(mapping=2, sequence=inner, offset=column)
    return made


def _loaded(piece: str) -> Any:
    """The entries in a piece of the list: one, with its dash or in braces."""
    try:
        read = _yaml().load(piece)
    except YAMLError:
        raise _refused() from None
    if isinstance(read, CommentedMap):
        return CommentedSeq([read])
    if not isinstance(read, CommentedSeq) or not all(isinstance(one, CommentedMap) for one in read):
        raise _refused()
    return read


def _new(entries: Sequence[Entry], column: int) -> str:
    """New entries, their dashes at `column`: by the quick library, since nobody has typed a comment in them yet."""
    nodes = [_entry_node(one) for one in entries]
    whole = positions.SequenceNode(f"{_TAG}seq", nodes, flow_style=False)
    made: str = positions.serialize(whole, Dumper=_DUMPER, width=1 << 20, allow_unicode=True)
    return indent(made, " " * column)


def _entry_node(entry: Entry) -> Any:
    def node(value: str, style: str | None = None) -> Any:
        return positions.ScalarNode(f"{_TAG}str", value, style=style)

    pairs = [
        (node(key), node(value, None if _is_bare(value) else '"'))
        if isinstance(value, str)
        else (node(key), positions.SequenceNode(f"{_TAG}seq", list(map(node, value)), flow_style=True))
        for key, value in entry.items()
    ]
    return positions.MappingNode(f"{_TAG}map", pairs, flow_style=False)


def _block(entries: Sequence[CommentedMap], column: int, inner: int) -> str:
    written = StringIO()
    _yaml(column, inner).dump(
        entries if isinstance(entries, CommentedSeq) else CommentedSeq(entries), written
    )
    return written.getvalue()


def _flow(entry: CommentedMap) -> str:
    entry.fa.set_flow_style()
    written = StringIO()
    _yaml().dump(entry, written)
    return written.getvalue().rstrip("\n")


def _as_typed(piece: str, before: str, after: str) -> str:
    """`after`, with the lines that are those of `before` as they stand in `piece`; comments stay in any case."""
    typed, old, new = (text.splitlines(keepends=True) for text in (piece, before, after))
    if len(typed) != len(old):
        return after
    made = []
    for what, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            made += typed[start:end]
        else:
            made += new[begin:stop]
            made += [line for line in typed[start:end] if line.lstrip().startswith("#") and line not in new]
    if made[0].endswith("\n") and not made[-1].endswith("\n"):
        made[-1] += "\n"
    return "".join(made)


def _is_bare(value: str) -> bool:
    """Whether text can't be misread without quotes."""
    return bool(_SIMPLE.fullmatch(value)) and value.lower() not in _WORDS and not _HASH.fullmatch(value)


def _scalar(value: str) -> str:
    return value if _is_bare(value) else DoubleQuotedScalarString(value)


def as_entry(entry: Entry) -> CommentedMap:
    """An entry as the library writes it; lists in one line."""
    made = CommentedMap()
    for key, value in entry.items():
        made[key] = _scalar(value) if isinstance(value, str) else CommentedSeq(value)
        if isinstance(value, list):
            made[key].fa.set_flow_style()
    return made


def _read(entry: Entry) -> dict[str, Any]:
    """An entry as the program's parser will give it back."""
    read: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, str):
            read[key] = value
        elif value:
            read[key] = [int(one) if _NUMBER.fullmatch(one) else one for one in value]
    return read


def _said(text: str, name: str = "documents") -> list[Any]:
    return list(yaml.parse_yaml(text, "case.yaml").data[name])


def _checked(old: str, made: str, entries: list[Any], name: str = "documents") -> str:
    """The new text with the line ends of the old, where it says the old things and these entries."""
    if "\r\n" in old:
        made = made.replace("\r\n", "\n").replace("\n", "\r\n")
    if {**yaml.parse_yaml(old, "case.yaml").data, name: entries} != yaml.parse_yaml(made, "case.yaml").data:
        raise _refused()
    return made


def _refused() -> Refused:
    return refuse(
        "The program can't change this list of documents as it is written.",
        "case.yaml",
        "Write each document as an entry of its own, beginning with `- id:`.",
    )
