"""A session as W3C PROV-JSON: the entries as what was generated, the steps as what was done, and who did them.

What a step rests on, pages of the case file and the entry before it, is what it used; a sentence of the draft is
derived from the answers, rules and citations that it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.core.answer import Evidence
from assistant.core.rationale import assess
from assistant.core.session import Session
from assistant.log.fold import Source, load_session
from assistant.log.timeline import timeline

NAMESPACE = "urn:imr:"
"""What the names of this program's own things begin with."""

Document = dict[str, dict[str, Any]]


def prov(log: Source, sessions: Sequence[str]) -> Document:
    """The document of some sessions, in the form of PROV-JSON."""
    made: Document = {"prefix": {"imr": NAMESPACE}}
    for session in sessions:
        _session(made, log, session)
    return made


def _add(made: Document, kind: str, name: str, **attributes: Any) -> str:
    kept = {key.replace("__", ":"): value for key, value in attributes.items() if value not in ("", None)}
    made.setdefault(kind, {})[name] = kept
    return name


def _relate(made: Document, kind: str, **ends: str) -> None:
    number = len(made.get(kind, {})) + 1
    _add(made, kind, f"_:{kind}{number}", **{f"prov__{end}": name for end, name in ends.items()})


def _page(made: Document, case: str, one: Evidence) -> str:
    name = f"imr:case/{_name(case)}/{_name(one.document)}/{one.page}"
    return _add(made, "entity", name, prov__label=f"{one.document}, page {one.page}", prov__type="imr:page")


def _name(text: str) -> str:
    """A text as part of a name: what could not stand in one is written by its number."""
    return "".join(
        sign if (sign.isalnum() and sign.isascii()) or sign in "-._" else f"_{ord(sign):x}_" for sign in text
    )


def _session(made: Document, log: Source, session: str) -> None:
    of = f"imr:session/{_name(session)}"
    _add(made, "entity", of, prov__type="imr:session")
    before = ""
    answered: dict[tuple[str, str], str] = {}
    entries = log.read(session)
    for change in timeline(log, entries):
        entry = change.entry
        agent = _add(made, "agent", f"imr:reviewer/{_name(entry.actor)}", prov__type="prov:Person")
        step = f"{of}/step/{entry.seq}"
        _add(
            made, "activity", step,
            prov__startTime=entry.ts, prov__endTime=entry.ts, prov__type=f"imr:{entry.kind}", prov__label=change.words,
        )  # fmt: skip
        kept = _add(
            made, "entity", f"{of}/entry/{entry.seq}",
            prov__type="imr:entry", imr__hash=entry.leaf, imr__item=change.item, imr__prompt=change.prompt,
        )  # fmt: skip
        _relate(made, "wasAssociatedWith", activity=step, agent=agent)
        _relate(made, "wasGeneratedBy", entity=kept, activity=step)
        _relate(made, "hadMember", collection=of, entity=kept)
        if before:
            _relate(made, "wasDerivedFrom", generatedEntity=kept, usedEntity=before)
        for one in change.evidence:
            _relate(made, "used", activity=step, entity=_page(made, entry.case, one))
        if change.prompt:
            answered[change.item or "", change.prompt.split(".")[0]] = kept
        before = kept
    if entries and entries[0].kind == "session.opened":
        _sentences(made, load_session(log, session)[0], of, answered)


def _sentences(made: Document, session: Session, of: str, answered: dict[tuple[str, str], str]) -> None:
    """What the draft says now, sentence by sentence, each with where it comes from."""
    for item in session.rules.case.items:
        sets = session.rules.sets[item]
        for number, one in enumerate(assess(session, item).sentences, 1):
            name = f"{of}/item/{_name(item)}/sentence/{number}"
            _add(
                made, "entity", name, prov__type="imr:sentence", prov__value=one.text, imr__origin=one.origin
            )
            for prompt in one.prompts:
                source = answered.get((item, prompt)) or answered.get(("case", prompt))
                if source is not None:
                    _relate(made, "wasDerivedFrom", generatedEntity=name, usedEntity=source)
            for criterion in one.criteria:
                rule = f"imr:rule/{_name(sets.id)}/{_name(criterion)}"
                _add(made, "entity", rule, prov__type="imr:criterion")
                _relate(made, "wasInfluencedBy", influencee=name, influencer=rule)
            for citation in one.citations:
                source = _add(made, "entity", f"imr:citation/{_name(citation)}", prov__type="imr:citation")
                _relate(made, "wasDerivedFrom", generatedEntity=name, usedEntity=source)
            for page in one.evidence:
                _relate(
                    made,
                    "wasDerivedFrom",
                    generatedEntity=name,
                    usedEntity=_page(made, session.rules.case.id, page),
                )
