"""When a log was last verified on this computer, and with what result, for those who look at it elsewhere.

It is kept beside the checkpoints of the profile, by the log's own name. It proves nothing: whoever can write there can
write it too. It tells a reader that a log was found broken, or that nobody has looked for a long time.
"""

from __future__ import annotations

import json
import re
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.core.problem import Refused
from assistant.files import write_file
from assistant.log.checkpoint import origin_of
from assistant.log.errors import DAMAGE
from assistant.log.keys import ORIGIN, config_folder
from assistant.log.store import open_reader
from assistant.log.verify_entries import Verification
from assistant.machine import PRIVATE_FOLDER

_COUNT = "SELECT coalesce(max(id), 0) FROM event"


@dataclass(frozen=True)
class LastVerified:
    """What a verification found: when (UTC), over how many entries, whether it was `deep`, what the log was found to be.

    `result` is holds, fails, copy (of a day), unsigned or open; `what` is the first thing that was found broken.
    """

    ts: str
    entries: int
    deep: bool
    result: str
    what: str = ""


def keep_result(path: Path, found: Verification, deep: bool) -> None:
    """Notes the result for the log at `path`; where that can't be written, nothing is noted."""
    broken = found.first_break
    failed = [name for name, one in found.verdicts.items() if one.ok is False]
    said = broken.what if broken is not None else ", ".join(failed)
    holds = "open" if found.shorter else "unsigned" if found.unsigned else "holds"
    result = "fails" if not found.ok else "copy" if found.copy else holds
    made = LastVerified(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M}", found.events, deep, result, said if not found.ok else ""
    )
    with suppress(Refused, OSError, *DAMAGE):
        place = _place(path)
        place.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        write_file(place, json.dumps(asdict(made)).encode(), replace=True)


def last_verified(path: Path) -> str:
    """In a sentence or two: when the log was last verified here, with what result, and how much came after that."""
    try:
        with closing(open_reader(path)) as connection:
            (count,) = connection.execute(_COUNT).fetchone()
        kept = json.loads(_place(path).read_text("utf-8"))
        found = LastVerified(**{name: kept[name] for name in ("ts", "entries", "deep", "result", "what")})
        whole, entries = int(count), int(found.entries)
    except FileNotFoundError:
        return "This log was never verified on this computer."
    except (Refused, OSError, ValueError, LookupError, TypeError, *DAMAGE):
        return "When this log was last verified can't be read."
    after = f" {whole - entries:,} came since." if whole > entries else ""
    if whole < entries:
        after = f" It has {whole:,} now: {entries - whole:,} are gone. Verify it again."
    how = ", with --deep" if found.deep else ""
    return f"Last verified {found.ts} over {entries:,} entries{how}: {_result(found)}.{after}"


def _result(found: LastVerified) -> str:
    match found.result:
        case "holds":
            return "it held"
        case "copy":
            return "it held, as a copy"
        case "unsigned":
            return "it held together, and who signed it was open"
        case "open":
            return "it held, and whether its end is there was open"
        case _:
            return f"it did NOT hold ({found.what})" if found.what else "it did NOT hold"


def _place(path: Path) -> Path:
    with closing(open_reader(path)) as connection:
        origin = origin_of(connection)
    name = re.sub("[^0-9A-Za-z]", "-", origin.removeprefix(ORIGIN))[:64] or "unnamed"
    return config_folder() / "checkpoints" / f"{name}.result"
