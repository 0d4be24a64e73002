"""Small prompt sets as text, so that a test shows the whole of what it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from assistant.core.answer import Answer
from assistant.core.answer_reader import read_answer
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.rules import Sources, read_prompt_set

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def named(says: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"says": says, "schema": schema}


FLAG = {
    "enum": ["yes", "no"],
    "conditions": {"yes": named("present", {"const": "yes"}), "no": named("absent", {"const": "no"})},
}

SCHEMAS: dict[str, dict[str, Any]] = {
    "yes-no": {
        "title": "Yes or no",
        "enum": ["yes", "no"],
        "conditions": {"yes": named("yes", {"const": "yes"}), "no": named("no", {"const": "no"})},
    },
    "weeks": {
        "title": "Weeks",
        "type": "integer",
        "minimum": 0,
        "maximum": 30,
        "unit": "weeks",
        "conditions": {
            "over_six": named("longer than six weeks", {"type": "integer", "exclusiveMinimum": 6}),
            "chronic": named("three months or longer", {"type": "integer", "minimum": 13}),
        },
    },
    "statement": {"title": "A statement", "type": "string", "minLength": 1},
    "day": {"title": "A day", "type": "string", "format": "partial-date"},
    "flags": {
        "title": "Flags",
        "type": "object",
        "properties": {"fever": FLAG, "tumor": FLAG, "trauma": FLAG},
        "conditions": {
            "none_found": {"says": "no flag found", "every": ["no", "not_documented"]},
            "none_present": {"says": "each flag absent", "every": "no"},
            "any_present": {"says": "a flag present", "some": "yes"},
        },
    },
    "surgery": {
        "title": "Surgery",
        "anyOf": [
            {"const": "none", "title": "None"},
            {
                "type": "object",
                "properties": {
                    "procedure": {"enum": ["fusion", "other"]},
                    "levels": {"type": "array", "minItems": 1, "items": {"enum": ["C4", "C5", "C6"]}},
                },
            },
        ],
        "conditions": {
            "none": named("no surgery", {"const": "none"}),
            "fusion": named(
                "a fusion",
                {
                    "type": "object",
                    "required": ["procedure"],
                    "properties": {"procedure": {"const": "fusion"}},
                },
            ),
            "two_levels": named(
                "two levels or more",
                {
                    "type": "object",
                    "required": ["levels"],
                    "properties": {"levels": {"type": "array", "minItems": 2}},
                },
            ),
        },
    },
    "views": {
        "title": "Views",
        "type": "array",
        "uniqueItems": True,
        "items": {"enum": ["front", "side", "flexion"]},
        "conditions": {
            "flexion": named("flexion views", {"type": "array", "contains": {"const": "flexion"}}),
            "many": named("two views or more", {"type": "array", "minItems": 2}),
        },
    },
    "studies": {
        "title": "Studies",
        "type": "array",
        "noun": "study",
        "items": {
            "type": "object",
            "properties": {
                "kind": {"enum": ["film", "ct"]},
                "clean": {"enum": ["yes", "no"]},
            },
        },
        "conditions": {
            "none": named("no study", {"type": "array", "maxItems": 0}),
            "any": named("a study", {"type": "array", "minItems": 1}),
        },
    },
}

HEAD = """
id: small
title: A small set
edition: 1
for: {region: neck, service: films}
governed_by: ur_decision
citations:
  high:
    tier: mtus
    source: High
    edition: 2004
    locator: p. 1
    verified: no
    in_force: {from: 2007, until: 2017}
  low: {tier: national, source: Low, edition: 2013, locator: p. 2, verified: no}
request: The request is for {{ item }}.
conclusion: {upheld: It is not necessary., overturned: It is necessary.}
"""


def sources(text: str, schemas: Mapping[str, dict[str, Any]] = SCHEMAS, **blocks: str) -> Sources:
    """A set called `small` in `text`, with blocks by name."""
    whole = {name: json.dumps({"$schema": DRAFT, **schema}) for name, schema in schemas.items()}
    return Sources({"small": dedent(text), **{k: dedent(v) for k, v in blocks.items()}}, whole)


def a_set(body: str, head: str = HEAD, schemas: Mapping[str, dict[str, Any]] = SCHEMAS) -> PromptSet:
    """The set whose prompts, criteria and exclusions are in `body`."""
    return read_prompt_set("small", sources(dedent(head) + dedent(body), schemas))


def answers(prompt_set: PromptSet, **raw: Any) -> dict[str, Answer]:
    return {name: read_answer(prompt_set.prompts[name].schema, value, name) for name, value in raw.items()}


def read(prompt_set: PromptSet, **raw: Any) -> Reading:
    """The reading of answers as an answers file states them."""
    return Reading(prompt_set, answers(prompt_set, **raw))
