"""Each report on 6 million entries against SQL written by hand on a table made and indexed for that question alone.

And against taking the same out of the entries' JSON, where one statement can do that. The reports' tables are
made first, which is only told: it happens once for a log.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from assistant.log.projection import up_to_date
from assistant.log.report import Report, ask, reports
from assistant.log.sql import ReadOnly
from benchmarks.big_log import at_hand
from benchmarks.measure import Result, milliseconds

ROUNDS = 21
ROWS = 201
"""What a table on the screen asks for: 200 rows, and one to know whether there are more."""

LIMIT = 1.3
SHORTEST = 0.0001
"""Seconds below which a statement by hand has found next to nothing, and only calls into SQLite are compared."""

_BODY = "json_extract(CAST(entry AS TEXT), '$.body.{0}')"
_NEWEST = f"ORDER BY id DESC LIMIT {ROWS}"


def _json(kind: str, *fields: str, where: str = "") -> str:
    columns = ", ".join(["session", "seq", "ts", *(_BODY.format(name) for name in fields)])
    return f"SELECT {columns} FROM event WHERE kind {kind} {where} {_NEWEST}"


JSON = {
    "answer-history": _json("GLOB 'answer.*'", "item", "prompt", "answer", "origin"),
    "departures": _json(
        "= 'determination.recorded'", "item", "decision", "suggested", where=f"AND {_BODY.format('departs')}"
    ),
    "determinations": _json("= 'determination.recorded'", "item", "decision", "suggested", "departs"),
    "rulings": _json("= 'criterion.ruled'", "item", "criterion", "ruling"),
    "own-words": _json("= 'sentence.edited'", "item", "sentence"),
    "checks": _json("= 'check.raised'", "check", "key"),
    "searches": _json("= 'record.searched'", "item", "prompt", "by", "pages", "hits"),
    "rejected-input": _json("= 'answer.rejected'", "item", "prompt", "length"),
    "early-findings": _json("= 'findings.opened'", "item", where=f"AND {_BODY.format('early')}"),
    "uphold-rate": f"""SELECT {_BODY.format("decision")} AS decision, count(*) FROM event
WHERE kind = 'determination.recorded' GROUP BY decision""",
}
"""The same question of the log itself, without the words of people, which the JSON has only as commitments."""

BY_HAND = {
    "citations": """SELECT citation, edition, source, locator, in_force, verified, prompt_set, rules_edition, count(*),
  min(month), max(month) FROM made GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1""",
    "uphold-rate": """SELECT kind, prompt_set, n, k, 100.0 * k / n,
  100 * (k / n + 1.92 / n - 1.96 * sqrt(k / n * (1 - k / n) / n + 0.96 / n / n)) / (1 + 3.84 / n),
  100 * (k / n + 1.92 / n + 1.96 * sqrt(k / n * (1 - k / n) / n + 0.96 / n / n)) / (1 + 3.84 / n)
FROM (SELECT kind, prompt_set, 1.0 * count(*) AS n, 1.0 * sum(decision = 'upheld') AS k FROM made
  GROUP BY kind, prompt_set) ORDER BY kind, prompt_set""",
    "time": """SELECT kind, prompt_set, prompt, max(total), min(CASE WHEN 2 * upto >= total THEN seconds END),
  min(CASE WHEN 10 * upto >= 9 * total THEN seconds END), sum(idle) / 60, 1.0 * sum(visits) / max(total)
FROM (SELECT kind, prompt_set, prompt, seconds, idle, visits,
    sum(n) OVER (PARTITION BY kind, prompt_set, prompt ORDER BY seconds) AS upto,
    sum(n) OVER (PARTITION BY kind, prompt_set, prompt) AS total
  FROM (SELECT kind, prompt_set, prompt, seconds, count(*) AS n, sum(idle) AS idle, sum(visits) AS visits FROM made
    GROUP BY kind, prompt_set, prompt, seconds))
GROUP BY kind, prompt_set, prompt ORDER BY kind, prompt_set, prompt""",
}
_KEYS = {
    "uphold-rate": "kind, prompt_set, decision",
    "time": "kind, prompt_set, prompt, seconds, idle, visits",
    "citations": "citation, edition, source, locator, in_force, verified, prompt_set, rules_edition, month",
}


def run() -> list[Result]:
    """The report and the statement by hand take turns; the JSON is asked once."""
    path = at_hand()
    begun = time.perf_counter()
    file = up_to_date(path, anew=True)
    built = time.perf_counter() - begun
    size = file.stat().st_size / path.stat().st_size
    results = [
        Result("the tables of the reports, made once", built, None, " s", f"{size:.0%} of the log's size")
    ]
    with ReadOnly(file, path) as held:
        for one in reports().values():
            results.append(_compared(one, held, file, path))
    return results


def _compared(one: Report, held: ReadOnly, file: Path, log: Path) -> Result:
    question = ask(one, {}, limit=ROWS)
    with _by_hand(one, file) as by_hand:
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(_seconds(lambda: held.run(question.sql, question.values)))
            theirs.append(_seconds(by_hand))
    detail = f"{milliseconds(mine)} against {milliseconds(theirs)}"
    if one.name in JSON:
        with closing(sqlite3.connect(f"{log.as_uri()}?mode=ro", uri=True)) as connection:
            plain = _seconds(lambda: connection.execute(JSON[one.name]).fetchall())
        detail += f"; JSON {plain:,.2f} s, {plain / median(mine):,.0f} times"
    limit = LIMIT if median(theirs) >= SHORTEST else None
    return Result(f"report {one.name}", median(mine) / median(theirs), limit, "x", detail)


@contextmanager
def _by_hand(one: Report, file: Path) -> Iterator[Callable[[], object]]:
    """A statement on a table that holds what the report's view gives, with the best index for it."""
    with TemporaryDirectory(prefix="imr-by-hand-") as folder:
        place = Path(folder) / "made.sqlite"
        with closing(sqlite3.connect(place)) as making:
            making.execute("PRAGMA synchronous = OFF")
            making.execute("ATTACH ? AS reports", [str(file)])
            making.execute(f"CREATE TABLE made AS SELECT * FROM reports.{one.view_name}")
            key = _KEYS.get(one.name) or one.order
            if key:
                making.execute(f"CREATE INDEX best ON made ({key})")
            making.execute("ANALYZE main")
            making.commit()
        sql = BY_HAND.get(one.name) or (
            f"SELECT {', '.join(one.columns)} FROM made ORDER BY {one.order} LIMIT {ROWS}"
        )
        with closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)) as connection:
            yield lambda: connection.execute(sql).fetchall()


def _seconds(step: Callable[[], object]) -> float:
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun
