"""The rules and facts that a session keeps: made from the very texts that were pinned when it opened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import msgspec

from assistant.core import yaml
from assistant.core.dates import PartialDate
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record import case
from assistant.core.record.case import Case
from assistant.core.rules import answer_schema, language2_reader, prompt_set_reader
from assistant.core.rules.answer_schema import AnswerSchema, schema_text
from assistant.core.rules.editions import on_day
from assistant.core.rules.guidelines import Guidelines, read_guidelines
from assistant.core.rules.language2_reader import regions_of
from assistant.core.rules.prompt_set import PromptSet
from assistant.core.value import Value, replace
from assistant.core.yaml import YamlDocument, well_formed

CASE_SCOPE = "case"
"""The scope of the prompts about the case as a whole; items have their own keys ("1", "2", ...)."""

CASE_SET = "review"
GUIDELINES = "guidelines"
"""The file in `prompts/` that holds the guidelines which sets of the second language cite."""
OWN_CITATIONS = "own-citations"
"""The file in `prompts/` that asks for the search sequence and the reviewer's own citations."""
OWN_GUIDELINES = "own-guidelines"
"""What a person's own guidelines.yaml, which adds to it, is called among the sources."""


class Sources(Value):
    """The texts that rules are made from: prompt files and answer schemas by name, and the words of the search.

    `kept` says that a session keeps them: the schemas among them that a set of the second language was compiled
    to are then what its answers are checked against, whatever a later program would make of the set. `parse` parses
    a text under its file's name.
    """

    prompts: Mapping[str, str]
    schemas: Mapping[str, str]
    vocabulary: Mapping[str, str] = msgspec.field(default_factory=dict)
    kept: bool = False
    parse: Callable[[str, str], YamlDocument] = yaml.parse_kept

    def document(self, name: str) -> YamlDocument:
        """The prompt file of this name as parsed."""
        return self.parse(self.prompts[name], f"prompts/{name}.yaml")


class Rules(Value):
    """A case and the prompt set of each of its scopes."""

    case: Case
    sets: Mapping[str, PromptSet]

    @property
    def scopes(self) -> tuple[str, ...]:
        """`case` first, then the items in order."""
        return tuple(self.sets)


def read_rules(case_text: str, pages: Mapping[str, int], sources: Sources) -> Rules:
    """The rules of a session over a case; raises `Refused` for anything malformed."""
    document = sources.parse(case_text, "case.yaml")
    read_case = case.read_case(document, pages)
    for key, item in read_case.items.items():
        if item.prompt_set in sources.prompts:
            _check_region(item.prompt_set, sources, item.region, document.where("items", key, "region"))
    return rules_over(read_case, lambda name, region: read_prompt_set(name, sources, region))


def rules_over(case: Case, read: Callable[[str, str], PromptSet]) -> Rules:
    """The rules over a case; `read` gives a prompt set by its name for a region, and is asked once for each.

    A set of the second language stands as it does on the governing day of its item.
    """
    sets = {CASE_SCOPE: read(CASE_SET, "")}
    made: dict[tuple[str, str], PromptSet] = {}
    governed: dict[tuple[str, str, PartialDate | None], PromptSet] = {}
    for key, item in case.items.items():
        name = (item.prompt_set, item.region)
        if name not in made:
            made[name] = read(*name)
        on = {"ur_decision": item.ur_date, "request": item.request_date}.get(made[name].governed_by)
        if (*name, on) not in governed:
            governed[(*name, on)] = on_day(made[name], on)
        sets[key] = governed[(*name, on)]
    return Rules(case, sets)


def read_instances(name: str, sources: Sources) -> tuple[PromptSet, ...]:
    """One prompt set by name: once, or where it is for several regions once for each of them."""
    if name in sources.prompts and is_language2(sources.document(name)):
        regions = regions_of(sources.document(name))
        return tuple(_language2(name, sources, region) for region in regions)
    return (read_prompt_set(name, sources),)


def read_prompt_set(name: str, sources: Sources, region: str = "") -> PromptSet:
    """One prompt set by name, with the blocks that it uses.

    Of a set for several regions it is that for `region`; the first of them where none is named. One that is for a
    single region is read all the same: that the item is of another is a check.
    """
    if name not in sources.prompts:
        known = ", ".join(sorted(sources.prompts))
        raise refuse(f"There is no prompt set `{name}`.", "prompts/", f"Known: {known}.")
    document = sources.document(name)
    if is_language2(document):
        _check_region(name, sources, region, f"prompts/{name}.yaml")
        regions = regions_of(document)
        return _language2(name, sources, region if region in regions else regions[0])
    needed = files_of(name, sources)
    parsed = {key: sources.document(key) for key in needed.prompts}
    schemas = {answer: read_schema(answer, text) for answer, text in needed.schemas.items()}
    with well_formed(f"prompts/{name}.yaml"):
        return prompt_set_reader.read_prompt_set(parsed[name], schemas, parsed)


def _check_region(name: str, sources: Sources, region: str, where: str) -> None:
    """Refuses a set for several regions where the one that is named is none of them."""
    document = sources.document(name)
    regions = regions_of(document) if is_language2(document) else ()
    if region and len(regions) > 1 and region not in regions:
        raise refuse(
            f"The prompt set `{name}` is for {' and '.join(regions)}, and not for the {region}.",
            where,
            "Name another set for this item, or correct its region.",
        )


def is_language2(document: YamlDocument) -> bool:
    """Whether a prompt file is written in the second language; raises `Refused` for one that nobody knows."""
    language = document.data.get("language", 1)
    if language not in (1, 2):
        raise refuse(
            f"The language {language} is not known.", document.where("language"), "Write `language: 2`."
        )
    return bool(language == 2)


def _language2(name: str, sources: Sources, region: str) -> PromptSet:
    texts = _needed(name, sources)
    if GUIDELINES not in sources.prompts:
        raise refuse(
            "There is no prompts/guidelines.yaml.", "prompts/", "A set cites its guidelines from there."
        )
    kept = tuple(sources.schemas.items()) if sources.kept else ()
    with well_formed(f"prompts/{name}.yaml"):
        return _made_once(name, tuple(texts.items()), region, kept, tuple(sources.prompts), sources.parse)


@lru_cache(maxsize=64)
def _made_once(
    name: str,
    texts: tuple[tuple[str, str], ...],
    region: str,
    kept: tuple[tuple[str, str], ...],
    known: tuple[str, ...],
    parse: Callable[[str, str], YamlDocument],
) -> PromptSet:
    """The set that these texts make; kept, since many sessions and cases are read under the same ones."""
    parsed = {key: parse(text, f"prompts/{key}.yaml") for key, text in texts}
    cited = [dict(texts)[one] for one in (GUIDELINES, OWN_GUIDELINES) if one in parsed]
    guidelines = guidelines_in(*cited, parse=parse)
    own = parsed.get(OWN_CITATIONS)
    return language2_reader.read_language2(parsed[name], parsed, guidelines, region, dict(kept), known, own)


@lru_cache(maxsize=4)
def guidelines_in(*texts: str, parse: Callable[[str, str], YamlDocument] = yaml.parse_kept) -> Guidelines:
    """The guidelines that the text of `prompts/guidelines.yaml` holds, and those that a person's own file adds."""
    names = (f"prompts/{GUIDELINES}.yaml", "the guidelines.yaml of your own")
    return read_guidelines(*(parse(text, name) for text, name in zip(texts, names, strict=False)))


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
    """The answer schemas that a prompt file's prompts name; one of the second language writes its answers itself."""
    if is_language2(document):
        return []
    prompts = document.data.get("prompts", [])
    names = (
        [str(p["answer"]) for p in prompts if isinstance(p, dict) and "answer" in p]
        if isinstance(prompts, list)
        else []
    )
    return list(dict.fromkeys(names))


def _needed(name: str, sources: Sources) -> dict[str, str]:
    texts = {name: sources.prompts[name]}
    document = sources.document(name)
    used = document.data.get("use", [])
    if is_language2(document):
        prompts = document.data.get("prompts", [])
        entries = prompts if isinstance(prompts, list) else []
        used = [one["use"] for one in entries if isinstance(one, Mapping) and "use" in one]
        used += [GUIDELINES, OWN_GUIDELINES, OWN_CITATIONS]
    for block in used if isinstance(used, list) else []:
        if str(block) in sources.prompts:
            texts[str(block)] = sources.prompts[str(block)]
    return texts


def files_of(name: str, sources: Sources) -> Sources:
    """Those of the sources that a set is made of: its file, the blocks that it uses, the answer schemas that they name."""
    prompts = _needed(name, sources)
    named = [answer for key in prompts for answer in answers_named(sources.document(key))]
    return replace(
        sources,
        prompts=prompts,
        schemas={answer: sources.schemas[answer] for answer in named if answer in sources.schemas},
    )


def pinned(rules: Rules, sources: Sources) -> Sources:
    """Those of the sources that the rules were really made from."""
    prompts = {name: text for used in rules.sets.values() for name, text in _needed(used.id, sources).items()}
    named = {
        name: sources.schemas[name] if used.language == 1 else text
        for used in rules.sets.values()
        for name, text in used.schema_texts.items()
    }
    return Sources(prompts, named)


def published(sets: Iterable[PromptSet]) -> dict[str, str]:
    """The compiled answer schemas of sets by name, as they stand in `schemas/answers/` for other programs.

    The questions that the program adds to every set stand there once: what a set adds to them, the places that it
    asks and the criteria that can be rebutted, is any text.
    """
    texts: dict[str, str] = {}
    for made in sets:
        texts |= {prompt.schema.name: schema_text(prompt.schema) for prompt in made.prompts.values()}
        for prompt in made.own.values():
            texts.setdefault(f"{OWN_CITATIONS}.{prompt.id}", _of_any_set(prompt.schema))
    return texts


def _of_any_set(schema: AnswerSchema) -> str:
    data = json.loads(json.dumps(schema.schema))
    columns = data.get("items", {}).get("properties", {})
    for name in {"place", "rebuts"} & columns.keys():
        if "enum" in columns[name]:
            asked = {key: columns[name][key] for key in ("ask", "statuses")}
            columns[name] = {**asked, "type": "string", "minLength": 1, "maxLength": 200}
    return schema_text(replace(schema, schema=data))
