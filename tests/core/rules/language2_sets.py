"""Small sets of the second language as text, and guidelines made up for them."""

from __future__ import annotations

from typing import Any

from assistant.core import yaml
from assistant.core.rules.guidelines import Guidelines, read_guidelines
from assistant.core.rules.language2_reader import read_language2
from assistant.core.rules.prompt_set import PromptSet

GUIDELINES = """
guidelines:
  high:
    tier: mtus
    editions:
      2009: {source: "High, 1st ed.", from: 2009-01-01, until: 2016-12-31, name: the High Guideline of 2009}
      2017: {source: "High, 2nd ed.", from: 2017-01-01, until: 2019-12-31, name: the High Guideline of 2017}
      2020: {source: "High, 3rd ed.", from: 2020-01-01, name: the High Guideline of 2020}
    places:
      care: {2009: {rules: p. 1}, 2017: {rules: p. 2}, 2020: unread}
      more: {2009: {rules: p. 3}, 2017: {silent: {by: A. Reader, on: 2026-01-02}}, 2020: unread}
  low:
    tier: national
    editions:
      2010: {source: Low, from: 2010-01-01, name: the Low Guideline}
    places:
      care: {2010: {rules: p. 4, seen: a summary}}
  annual:
    tier: national
    editions:
      running: {source: The Annual, from: 2008-01-01, name: the Annual}
    places:
      care: {running: {rules: Care}}
  code:
    tier: law
    editions:
      2004: {source: A Code, from: 2004-01-01, name: the Code}
    places:
      cap: {2004: {rules: section 1}}
"""

HEAD = """
language: 2
id: small
title: A small set
edition: 1
for: {service: care}
governed_by: ur_decision
request: The request is for {{ item }}.
conclusion: {upheld: It is not necessary., overturned: It is necessary.}
"""

PROBE = """
answers:
  visits: {number: whole, unit: visits, from: 0, to: 60}
  surgery:
    group:
      procedure: {choice: {fusion: Fusion, repair: Repair, other: Another}, named: {listed: [fusion, repair]}}
      date: date
    or: {none: No operation, unknown: Not to be told}
  signs: {checklist: {a: first, b: second, c: third, d: fourth}, said: {yes: present, no: absent}}
  drugs:
    table: drug
    columns:
      drug: {choice: {x: X, y: Y, z: Z}, named: {strong: [x, y]}}
      amount: {number: decimal, unit: mg, from: 0, to: 900}
      course: {choice: {steady: Steady, tapered: Tapered}}
    optional: [amount, course]
  views: {choices: {front: Front, side: Side}}
let:
  two: {signs: {at_least: 2, of: "yes"}}
  some: {signs: {some: ["yes", unclear]}}
  none_found: {signs: {every: ["no", not_documented]}}
  clear: {signs: {lacks: "yes"}}
  first: {signs.a: "yes"}
  operated: {surgery: any}
  fused: {surgery.procedure: fusion}
  other: {surgery.procedure: {not: listed}}
  dated: {surgery.date: given}
  none: {surgery: none}
  within: [{surgery.procedure: listed, weeks_since: up to 26}, {surgery.procedure: other, weeks_since: up to 10}]
  few: {had: 2 to 6}
  many: {had: over 10}
  missing: {had: [not_documented, unclear]}
  frontal: {views: front}
  any_drug: {drugs: any}
  no_drug: {drugs: empty}
  strong: {drugs: {some: {drug: strong, amount: over 10}}}
  all_x: {drugs: {every: {drug: x, course: [steady, not_documented]}}}
  double: {drugs: {at_least: 2, of: {amount: at least 10}}}
  without_z: {drugs: {lacks: {drug: z}}}
  tapered: {drugs: {this: {course: tapered}}}
  all_mine: {drugs: {this: {every: {drug: {not: z}, amount: up to 50}}}}
  beside: {drugs: {others: {drug: y}}}
  all_beside: {drugs: {others: {every: {drug: z}}}}
  gone: {within: ruled_out, two: not_shown}
  nested: [{gone: yes}, {tapered: ruled_out, few: yes}]
  turned: {gone: not_shown, within: [yes, not_shown]}
prompts:
  - {id: surgery, ask: Which?, answer: surgery, documentable: yes}
  - {id: weeks_since, ask: When?, answer: weeks, computed: {weeks: [surgery.date, item.ur_decision.date]}}
  - {id: signs, ask: Which?, answer: signs, documentable: yes}
  - {id: other_signs, ask: Which?, answer: signs, when: {surgery: any}}
  - {id: had, ask: How many?, answer: visits, documentable: yes}
  - {id: asked, ask: How many?, answer: visits}
  - {id: in_all, ask: How many?, answer: visits, computed: {add: [had, asked]}}
  - {id: views, ask: Which?, answer: views, when: [{had: at least 3}, {signs: {some: "yes"}}]}
  - {id: drugs, ask: Which?, answer: drugs, requested: item.drug, documentable: yes}
  - {id: late, ask: What?, answer: yes-no, when: {operated: ruled_out}}
criteria:
  - id: all-of-it
    cite: high/care
    applies: {nested: yes, late: ["yes", not_documented]}
    when: {turned: yes, in_all: up to 10, frontal: yes}
    argues: for
    says: Yes.
    otherwise: {says: No.}
  - id: the-rest
    cite: low/care
    applies: {some: not_shown, none_found: not_shown, clear: yes, first: ruled_out, operated: yes, fused: not_shown}
    when: [{other: yes, dated: yes, none: ruled_out}, {few: yes, many: ruled_out}, {missing: yes}]
    argues: against
    says: No.
    otherwise: {says: Yes.}
  - id: drugs
    cite: annual/care
    applies: {any_drug: yes, no_drug: ruled_out, strong: yes, all_x: not_shown, other_signs: {some: "no"}}
    when: {double: yes, without_z: yes, all_mine: yes, beside: not_shown, all_beside: yes}
    argues: for
    says: Yes.
    otherwise: {says: No.}
"""


def guidelines(text: str = GUIDELINES) -> Guidelines:
    return read_guidelines(yaml.parse_yaml(text, "prompts/guidelines.yaml"))


def document(body: str, head: str = HEAD, name: str = "prompts/small.yaml") -> yaml.YamlDocument:
    return yaml.parse_yaml(head + body, name)


def a_set(body: str, head: str = HEAD, blocks: dict[str, Any] | None = None, region: str = "") -> PromptSet:
    """The set whose answers, prompts and criteria are in `body`."""
    return read_language2(document(body, head), blocks or {}, guidelines(), region)
