"""The reviewer's profile, kept once, in the user's configuration folder.

The log and the letter hold the pseudonymous id and the qualifications; the name stays in this file
(Lab. Code 4610.6(f): the reviewer's name is confidential).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from assistant import library
from assistant.core.problem import Refused, refuse
from assistant.core.record.case import YES
from assistant.core.rules.criterion import digest_of
from assistant.core.rules.prompt_set import Criterion
from assistant.core.text import one_line
from assistant.core.value import Value, replace
from assistant.files import write_file

PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""What an id looks like; no name with its spaces does."""


class Profile(Value):
    """What a reviewer keeps: `qualifications` as the prompt of that name has them, empty until given.

    Until when certification and licence run (days), the `specialties` in which cases are taken and the parties to whom
    there are `ties` are held against each case that is assigned.
    """

    id: str
    name: str = ""
    qualifications: Mapping[str, Any] = msgspec.field(default_factory=dict)
    decide_first: bool = False
    theme: str = "textual-dark"
    certified_until: str = ""
    licensed_until: str = ""
    specialties: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()

    def logged(self) -> dict[str, Any]:
        """What a session's first event says of the reviewer: never the name."""
        return {"qualifications": dict(self.qualifications)} if self.qualifications else {}


def profile_path() -> Path:
    """Where the profile lies: `IMR_CONFIG` names another folder."""
    if folder := os.environ.get("IMR_CONFIG"):
        return Path(folder) / "reviewer.yaml"
    from platformdirs import user_config_dir

    return Path(user_config_dir("imr-assistant", appauthor=False)) / "reviewer.yaml"


def load_profile(path: Path | None = None) -> Profile:
    """The profile, or one with a new id where none has been kept; raises `Refused` where it is malformed."""
    path = path or profile_path()
    if not path.exists():
        return Profile(f"r-{secrets.token_hex(4)}")
    data = library.document(library.read_text(path), one_line(str(path)), "profile", library.parsed).data
    known: dict[str, Any] = {key: data[key] for key in ("certification", "licence") if key in data}
    known |= {key: int(data[key]) for key in ("years", "hours") if key in data}
    return Profile(
        id=data["id"],
        name=data.get("name", ""),
        qualifications=known if len(known) == 4 else {},
        decide_first=data.get("decide_first", "no") in YES,
        theme=data.get("theme", "textual-dark"),
        certified_until=str(data.get("certified_until", "")),
        licensed_until=str(data.get("licensed_until", "")),
        specialties=tuple(map(str, data.get("specialties", ()))),
        ties=tuple(map(str, data.get("ties", ()))),
    )


def reviewers() -> dict[str, Profile]:
    """Those to whom cases can be assigned, by id: oneself, and whoever has a file like one's own in `reviewers/` beside it."""
    others = sorted((profile_path().parent / "reviewers").glob("*.yaml"))
    return {one.id: one for one in (kept(), *map(load_profile, others))}


def kept() -> Profile:
    """The profile; a new one is saved, so that its id stays. Where it can't be written it is used all the same."""
    profile = load_profile()
    if not profile_path().exists():
        with suppress(Refused):
            save_profile(profile)
    return profile


def save_profile(profile: Profile, path: Path | None = None) -> Path:
    """Writes the profile (mode 0600) in one step, so that a cut leaves the old one."""
    path = path or profile_path()
    stated = {
        key: str(value) if isinstance(value, str) else value for key, value in profile.qualifications.items()
    }
    data: dict[str, Any] = {"id": profile.id, **stated}
    if profile.name:
        data["name"] = profile.name
    data["decide_first"] = "yes" if profile.decide_first else "no"
    data["theme"] = profile.theme
    for key in ("certified_until", "licensed_until"):
        if value := getattr(profile, key):
            data[key] = value
    for key in ("specialties", "ties"):
        if value := getattr(profile, key):
            data[key] = list(value)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise refuse(
            f"The profile can't be written: {error.strerror}.",
            one_line(str(path)),
            "Check the folder's permissions.",
        ) from None
    _write(path, "The reviewer's profile. The name never enters the log or a letter.", data)
    return path


def _write(path: Path, heading: str, data: Mapping[str, Any]) -> None:
    import yaml  # only where a file is written

    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
    write_file(path, f"# {heading}\n{text}".encode(), replace=True)


def with_qualifications(profile: Profile, value: Mapping[str, Any]) -> Profile:
    """The profile with the qualifications that were confirmed in a session."""
    return replace(profile, qualifications=dict(value))


# What somebody held against its source, in a file of its own, so that no set changes by it.


class Verification(Value):
    """Somebody held a criterion of a set against an edition of what it cites; `digest` is of the criterion then."""

    set: str
    criterion: str
    edition: str
    digest: str
    by: str
    on: str

    def of(self, set_: str, criterion: Criterion, edition: str) -> bool:
        """Whether it is about this criterion in this edition, as it stands."""
        named = (self.set, self.criterion, self.edition) == (set_, criterion.id, edition)
        return named and self.digest == digest_of(criterion, edition)


def verified_path() -> Path:
    """Where the verifications lie: among a person's own prompt files, or beside the profile."""
    place = library.own_prompts_folder() or profile_path().parent
    return place / f"{library.VERIFIED}.yaml"


def verifications() -> tuple[Verification, ...]:
    """What was held against its source; raises `Refused` where the file is malformed."""
    path = verified_path()
    if not path.exists():
        return ()
    data = library.document(library.read_text(path), one_line(str(path)), "verified").data
    return tuple(Verification(**{key: str(value) for key, value in one.items()}) for one in data["verified"])


def keep_verification(made: Verification) -> Path:
    """Writes it into the file in one step, in place of an earlier one of the same criterion and edition."""
    path = verified_path()
    same = (made.set, made.criterion, made.edition)
    kept = [one for one in verifications() if (one.set, one.criterion, one.edition) != same]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = {"verified": [msgspec.structs.asdict(one) for one in (*kept, made)]}
    _write(
        path,
        "Criteria that somebody held against an edition of their source. A changed criterion drops its entry.",
        data,
    )
    return path


# The sources that the reviewer relied on in signed reviews: a library of their own, offered again.


SOURCE_COLUMNS = "kind tier by title journal year place design quote level".split()
"""What of a source is the same in every review; how it bears on a worker, and what it argues there, are not kept."""


class KeptSource(Value):
    """A source as it was entered, by column; `by` and `on` say who cited it last in a signed review, and when."""

    columns: Mapping[str, Any]
    by: str
    on: str


def sources_path() -> Path:
    """Where the reviewer's library of sources lies: beside the profile."""
    return profile_path().parent / "sources.yaml"


def kept_sources() -> tuple[KeptSource, ...]:
    """The library of sources, the latest first; raises `Refused` where the file is malformed."""
    path = sources_path()
    if not path.exists():
        return ()
    data = library.document(library.read_text(path), one_line(str(path)), "sources").data
    found = []
    for entry in data["sources"]:
        columns = {key: entry[key] for key in SOURCE_COLUMNS if key in entry}
        held = entry["verified"]
        found.append(KeptSource(columns | {"year": int(entry["year"])}, str(held["by"]), str(held["on"])))
    return tuple(sorted(found, key=lambda one: one.on, reverse=True))


def keep_sources(rows: Iterable[Mapping[str, Any]], by: str, on: str) -> None:
    """Keeps the sources of a signed review, in one step; one that is there already gets the new day."""
    new = [KeptSource({key: row[key] for key in SOURCE_COLUMNS if key in row}, by, on) for row in rows]
    if not new:
        return
    cited = [one.columns for one in new]
    every = [*new, *(one for one in kept_sources() if one.columns not in cited)]
    path = sources_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = {
        "sources": [
            {**{key: str(value) if isinstance(value, str) else value for key, value in one.columns.items()}}
            | {"verified": {"by": one.by, "on": one.on}}
            for one in every
        ]
    }
    _write(
        path,
        "The sources that you relied on, to be offered again. Nothing of a patient belongs in here.",
        data,
    )
