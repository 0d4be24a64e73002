"""From a YAML file to a `PromptSet`, refusing with file and line whatever could be read in two ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.core.answer_schema import AnswerSchema
from assistant.core.condition import atoms
from assistant.core.field_reader import near
from assistant.core.plain_yaml import Document
from assistant.core.problem import Refused
from assistant.core.prompt_reader import PromptReader
from assistant.core.prompt_set import Caution, Criterion, Exclusion, PromptSet

_GOVERNING = ("ur_decision", "request")
_EXCLUSION_KEYS = {"never": {"when", "says", "blocks"}, "silent": {"when", "says"}}
_NAME = re.compile(r"^[a-z][a-z0-9-]*$")
_SET_KEYS = frozenset(
    "id title edition for governed_by use citations request conclusion together prompts criteria never "
    "silent".split()
)
_CRITERION_KEYS = frozenset(
    "id cite applies when argues rebuts says unmet concedes caution parts rows".split()
)


def read(
    document: Document, schemas: Mapping[str, AnswerSchema], blocks: Mapping[str, Document]
) -> PromptSet:
    """The prompt set in `document`; raises `Refused` with every problem found in it.

    `schemas` are the answer schemas by name, `blocks` the shared files that `use` may name.
    """
    return _Reader(document, schemas, blocks).read()


class _Reader(PromptReader):
    def __init__(
        self, document: Document, schemas: Mapping[str, AnswerSchema], blocks: Mapping[str, Document]
    ) -> None:
        super().__init__(schemas)
        self.document = document
        self.blocks = blocks

    def read(self) -> PromptSet:
        doc, data = self.document, self.document.data
        self.keys(doc, (), data, _SET_KEYS, ("id", "title", "edition", "prompts"))
        uses = self.texts(doc, ("use",))
        self.read_citations(doc)
        for name in uses:
            block = self.blocks.get(name)
            if block is None:
                self.say(
                    f"There is no block `{name}` in prompts/.", doc.where("use"), near(name, self.blocks)
                )
                continue
            self.read_citations(block)
            self.read_prompts(block, name)
        self.read_prompts(doc, "")
        criteria = self.read_criteria(doc)
        target = data.get("for", {})
        for_item = isinstance(target, Mapping)
        if for_item and target:
            self.keys(doc, ("for",), target, frozenset({"region", "service"}), ("region", "service"))
        result = PromptSet(
            id=str(data.get("id", "")),
            title=str(data.get("title", "")),
            edition=self.whole(doc, ("edition",)),
            region=str(target.get("region", "")) if for_item else "",
            service=str(target.get("service", "")) if for_item else str(target),
            governed_by=str(data.get("governed_by", "")),
            prompts=self.prompts,
            criteria=criteria,
            citations=self.citations,
            request=self.sentence(doc, ("request",)),
            conclusion={
                side: self.sentence(doc, ("conclusion", side))
                for side in ("upheld", "overturned")
                if side in data.get("conclusion", {})
            },
            together=str(data.get("together", "")),
            never=self.exclusions(doc, "never"),
            silent=self.exclusions(doc, "silent"),
            uses=tuple(uses),
            lines=self.lines,
        )
        self.check_whole(result, for_item and bool(target))
        if self.problems:
            raise Refused(*self.problems)
        return result

    def read_criteria(self, doc: Document) -> dict[str, Criterion]:
        found: dict[str, Criterion] = {}
        entries = doc.data.get("criteria", [])
        for index, data in enumerate(entries if isinstance(entries, list) else []):
            path = ("criteria", index)
            if not isinstance(data, Mapping):
                self.say("A criterion is a map.", doc.where(*path))
                continue
            rows = data.get("rows", [{}])
            plain = {key: value for key, value in data.items() if key != "rows"}
            for row in rows if isinstance(rows, list) and rows else [{}]:
                criterion = self.criterion(doc, path, _filled(plain, row))
                if criterion.id in found:
                    self.say(
                        f"The criterion `{criterion.id}` is defined twice.", doc.where(*path), "Rename one."
                    )
                found[criterion.id] = criterion
                self.lines[criterion.id] = doc.where(*path)
        for criterion in found.values():
            for other in criterion.rebuts:
                if other not in found:
                    self.say(
                        f"`{criterion.id}` rebuts `{other}`, which is no criterion.",
                        self.lines[criterion.id],
                        near(other, found),
                    )
        return found

    def criterion(self, doc: Document, path: tuple[Any, ...], data: Mapping[str, Any]) -> Criterion:
        self.keys(doc, path, data, _CRITERION_KEYS, ("id", "cite", "when", "argues", "says"))
        name, cite = str(data.get("id", "")), str(data.get("cite", ""))
        if not _NAME.match(name):
            self.say(
                f"`{name}` can't be a criterion's id.", doc.where(*path, "id"), "Use small letters and -."
            )
        if cite not in self.citations:
            self.say(f"There is no citation `{cite}`.", doc.where(*path, "cite"), near(cite, self.citations))
        if data.get("argues") not in ("for", "against"):
            self.say("`argues` is for or against.", doc.where(*path, "argues"))
        caution = data.get("caution")
        if caution is not None and (not isinstance(caution, Mapping) or set(caution) != {"when", "says"}):
            self.say("`caution` needs `when` and `says`.", doc.where(*path, "caution"))
            caution = None
        return Criterion(
            id=name,
            cite=cite,
            applies=self.formula_of(doc, (*path, "applies"), data.get("applies")),
            when=self.formula_of(doc, (*path, "when"), data.get("when")),
            argues=str(data.get("argues")),
            rebuts=tuple(self.texts(doc, (*path, "rebuts"))),
            says=self.sentence_of(doc, (*path, "says"), data.get("says"), ("citation",)),
            unmet=self.sentence_of(doc, (*path, "unmet"), data.get("unmet"), ("citation",)),
            concedes=self.sentence_of(doc, (*path, "concedes"), data.get("concedes"), ("citation",)),
            caution=None
            if caution is None
            else Caution(
                self.formula_of(doc, (*path, "caution", "when"), caution["when"]), str(caution["says"])
            ),
            parts=tuple(self.texts(doc, (*path, "parts"))),
        )

    def exclusions(self, doc: Document, key: str) -> tuple[Exclusion, ...]:
        entries = doc.data.get(key, [])
        if not isinstance(entries, list):
            self.say(f"`{key}` is a list of {{when, says}}.", doc.where(key))
            return ()
        made = []
        for index, entry in enumerate(entries):
            path = (key, index)
            if (
                not isinstance(entry, Mapping)
                or not {"when", "says"} <= set(entry)
                or set(entry) - _EXCLUSION_KEYS[key]
            ):
                more = " and may have blocks" if key == "never" else ""
                self.say(f"`{key}` is a list of {{when, says}}{more}.", doc.where(*path))
                continue
            blocks = self.one_of(doc, (*path, "blocks"), {"yes": True, "no": False}, False)
            made.append(Exclusion(self.formula(doc, (*path, "when")), str(entry["says"]), blocks))
        return tuple(made)

    def check_whole(self, made: PromptSet, for_item: bool) -> None:
        top = self.document.where()
        if not _NAME.match(made.id):
            self.say(
                f"`{made.id}` can't be a set's id.", self.document.where("id"), "Use small letters and -."
            )
        for circle in _circles(made.criteria):
            self.say(
                f"These criteria rebut each other in a circle: {' → '.join(circle)}.",
                self.lines[circle[0]],
                "Remove one of the rebuttals.",
            )
        if not for_item:
            return
        for key in ("request", "governed_by"):
            if not getattr(made, key):
                self.say(f"A set for a service needs `{key}`.", top)
        if set(made.conclusion) != {"upheld", "overturned"}:
            self.say("A set needs `conclusion: {upheld, overturned}`.", top)
        if made.governed_by and made.governed_by not in _GOVERNING:
            self.say(
                f"`{made.governed_by}` can't govern.",
                self.document.where("governed_by"),
                f"Use {' or '.join(_GOVERNING)}.",
            )
        read = {atom.prompt for criterion in made.criteria.values() for atom in criterion.atoms()}
        for prompt in made.prompts.values():
            if (
                prompt.id not in read
                and not prompt.says
                and not prompt.record
                and not _opens(made, prompt.id)
            ):
                self.say(
                    f"Nothing reads `{prompt.id}`, and it says nothing.",
                    self.lines[prompt.id],
                    "Give it `says` or `record: yes`.",
                )


def _filled(value: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        whole = value[1:-1] if value[:1] == "<" and value[-1:] == ">" else ""
        if isinstance(row.get(whole), int | float):
            return row[whole]
        for name, text in row.items():
            value = value.replace(f"<{name}>", str(text))
        return value
    if isinstance(value, list):
        return [_filled(entry, row) for entry in value]
    if isinstance(value, Mapping):
        return {_filled(key, row): _filled(entry, row) for key, entry in value.items()}
    return value


def _opens(made: PromptSet, name: str) -> bool:
    return any(atom.prompt == name for other in made.prompts.values() for atom in atoms(other.when))


def _circles(criteria: Mapping[str, Criterion]) -> list[list[str]]:
    found: list[list[str]] = []

    def walk(name: str, trail: list[str]) -> None:
        if name in trail:
            circle = [*trail[trail.index(name) :], name]
            if not any(set(circle) == set(other) for other in found):
                found.append(circle)
            return
        for other in criteria[name].rebuts if name in criteria else ():
            walk(other, [*trail, name])

    for name in criteria:
        walk(name, [])
    return found
