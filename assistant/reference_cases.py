"""The cases of the case bank whose outcome was published, for holding the rules against real decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant import library
from assistant.core import plain_yaml
from assistant.core.answer_reader import read_answer
from assistant.core.case import Case
from assistant.core.criterion import RULINGS, Ruling, Suggestion
from assistant.core.plain_yaml import Document
from assistant.core.problem import refuse
from assistant.core.prompt_set import PromptSet
from assistant.core.reading import Reading
from assistant.core.settling import suggest


@dataclass(frozen=True)
class ReferenceItem:
    """A disputed item of a published case: its answers under a set, what was decided, what is suggested."""

    case: str
    item: str
    reading: Reading = field(repr=False)
    published: str | None
    suggestion: Suggestion

    @property
    def agrees(self) -> bool:
        """Whether the suggestion is what was published."""
        return self.published is not None and self.published == self.suggestion.decision


def reference_items(prompt_set: PromptSet) -> Iterator[ReferenceItem]:
    """The items of the case bank that fall under a set, read with it."""
    for name in library.case_names():
        folder = library.find_case(name)
        path = folder.path / "reference.yaml"
        if not path.is_file():
            continue
        document = plain_yaml.parse(library.read_text(path), f"casebank/{name}/reference.yaml")
        case = library.rules_for(folder).case
        for key, item in case.items.items():
            if item.prompt_set == prompt_set.id:
                yield _item(prompt_set, case, key, document)


def _item(prompt_set: PromptSet, case: Case, key: str, document: Document) -> ReferenceItem:
    item = case.items[key]
    answers = {
        name: read_answer(prompt_set.prompts[name].schema, raw, document.where("answers", key, name))
        for name, raw in _map(document, "answers", key).items()
        if name in prompt_set.prompts
    }
    rulings = {}
    for name, raw in _map(document, "rulings", key).items():
        if not isinstance(raw, dict) or raw.get("ruling") not in RULINGS:
            raise refuse(
                f"The ruling on `{name}` is none.",
                document.where("rulings", key, name),
                f"Write {{ruling, reason}} with one of {', '.join(RULINGS)}.",
            )
        rulings[name] = Ruling(str(raw["ruling"]), str(raw.get("reason", "")))
    reading = Reading(prompt_set, answers)
    on = {"ur_decision": item.ur_date, "request": item.request_date}.get(prompt_set.governed_by)
    published = _map(document, "published", "items").get(key)
    return ReferenceItem(
        case=case.id,
        item=key,
        reading=reading,
        published=None if published is None else str(published),
        suggestion=suggest(reading, on, rulings),
    )


def _map(document: Document, section: str, key: str) -> dict[str, object]:
    """The map at `section.key`, empty where there is none."""
    data = document.data.get(section, {})
    found = data.get(key, {}) if isinstance(data, dict) else {}
    return found if isinstance(found, dict) else {}
