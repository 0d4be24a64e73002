"""The rules and facts that a session keeps: made from the very texts that were pinned when it opened."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from assistant.core import yaml
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record import case
from assistant.core.record.case import Case
from assistant.core.rules import answer_schema, prompt_set_reader
from assistant.core.rules.answer_schema import AnswerSchema
from assistant.core.rules.prompt_set import PromptSet
from assistant.core.yaml import YamlDocument, well_formed

CASE_SCOPE = "case"
"""The scope of the prompts about the case as a whole; items have their own keys ("1", "2", ...)."""

CASE_SET = "review"


@dataclass(frozen=True)
class Sources:
    """The texts that rules are made from: prompt files and answer schemas by name, and the words of the search."""

    prompts: Mapping[str, str] = field(repr=False)
    schemas: Mapping[str, str] = field(repr=False)
    vocabulary: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """A case and the prompt set of each of its scopes."""

    case: Case
    sets: Mapping[str, PromptSet]

    @property
    def scopes(self) -> tuple[str, ...]:
        """`case` first, then the items in order."""
        return tuple(self.sets)


def read_rules(case_text: str, pages: Mapping[str, int], sources: Sources) -> Rules:
    """The rules of a session over a case; raises `Refused` for anything malformed."""
    read_case = case.read_case(yaml.parse_yaml(case_text, "case.yaml"), pages)
    return rules_over(read_case, lambda name: read_prompt_set(name, sources))


def rules_over(case: Case, read: Callable[[str], PromptSet]) -> Rules:
    """The rules over a case; `read` gives a prompt set by its name, and is asked once for each."""
    names = dict.fromkeys((CASE_SET, *(item.prompt_set for item in case.items.values())))
    sets = {name: read(name) for name in names}
    of_items = {key: sets[item.prompt_set] for key, item in case.items.items()}
    return Rules(case, {CASE_SCOPE: sets[CASE_SET], **of_items})


def read_prompt_set(name: str, sources: Sources) -> PromptSet:
    """One prompt set by name, with the blocks that it uses."""
    if name not in sources.prompts:
        known = ", ".join(sorted(sources.prompts))
        raise refuse(f"There is no prompt set `{name}`.", "prompts/", f"Known: {known}.")
    needed = files_of(name, sources)
    parsed = {key: parse_prompt_file(key, text) for key, text in needed.prompts.items()}
    schemas = {answer: read_schema(answer, text) for answer, text in needed.schemas.items()}
    with well_formed(f"prompts/{name}.yaml"):
        return prompt_set_reader.read_prompt_set(parsed[name], schemas, parsed)


def read_schema(name: str, text: str) -> AnswerSchema:
    """One answer schema from its JSON text; raises `Refused` with file and line for anything malformed."""
    where = f"schemas/answers/{name}.schema.json"
    with well_formed(where):
        try:
            return answer_schema.parse_schema(json.loads(text), name)
        except (ValueError, RecursionError):
            yaml.parse_json(text, where)  # says what is wrong, and in which line
            raise
        except Refused as refused:
            document = yaml.parse_json(text, where)
            raise Refused(*(_with_line(problem, document) for problem in refused.problems)) from None


def _with_line(problem: Problem, document: YamlDocument) -> Problem:
    """The problem with the line of the place that it names by keys, as in `weeks.schema.json, conditions, chronic`."""
    keys = problem.where.removeprefix(document.name).strip(", ").split(", ")
    path = keys[keys.index("$defs") :] if "$defs" in keys else keys
    return replace(problem, where=document.where(*path))


def answers_named(document: YamlDocument) -> list[str]:
    """The answer schemas that a prompt file's prompts name."""
    prompts = document.data.get("prompts", [])
    names = (
        [str(p["answer"]) for p in prompts if isinstance(p, dict) and "answer" in p]
        if isinstance(prompts, list)
        else []
    )
    return list(dict.fromkeys(names))


@lru_cache(maxsize=64)
def parse_prompt_file(name: str, text: str) -> YamlDocument:
    """A prompt file as parsed; each is read several times while a session opens."""
    return yaml.parse_yaml(text, f"prompts/{name}.yaml")


def _needed(name: str, sources: Sources) -> dict[str, str]:
    texts = {name: sources.prompts[name]}
    used = parse_prompt_file(name, sources.prompts[name]).data.get("use", [])
    for block in used if isinstance(used, list) else []:
        if str(block) in sources.prompts:
            texts[str(block)] = sources.prompts[str(block)]
    return texts


def files_of(name: str, sources: Sources) -> Sources:
    """Those of the sources that a set is made of: its file, the blocks that it uses, the answer schemas that they name."""
    prompts = _needed(name, sources)
    named = [
        answer for key, text in prompts.items() for answer in answers_named(parse_prompt_file(key, text))
    ]
    return Sources(
        prompts, {answer: sources.schemas[answer] for answer in named if answer in sources.schemas}
    )


def pinned(rules: Rules, sources: Sources) -> Sources:
    """Those of the sources that the rules were really made from."""
    prompts = {name: text for used in rules.sets.values() for name, text in _needed(used.id, sources).items()}
    named = {
        prompt.schema.name: sources.schemas[prompt.schema.name]
        for used in rules.sets.values()
        for prompt in used.prompts.values()
    }
    return Sources(prompts, named)
