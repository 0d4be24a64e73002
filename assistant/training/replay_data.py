"""Replays as JSON: every step with its lines and pauses, and of two sessions where they part."""

from __future__ import annotations

from typing import Any

from assistant.core.text import visible
from assistant.training.replay import Replay
from assistant.training.side_by_side import Pair, Side, SideBySide


def replay_json(replay: Replay) -> dict[str, Any]:
    """One session, as `imr replay SESSION --json` prints it."""
    return {"case": replay.recording.case, "sessions": [_session(replay)], "questions": [], "parting": None}


def side_by_side_json(pair: SideBySide) -> dict[str, Any]:
    """Two sessions, as `imr replay A B --json` prints them."""
    first = pair.first_parting
    return {
        "case": pair.panel.case,
        "sessions": [_session(replay) for replay in pair.replays],
        "questions": [_question(one) for one in pair.pairs],
        "parting": None if first is None else _question(first),
    }


def _session(replay: Replay) -> dict[str, Any]:
    recording = replay.recording
    return {
        "session": recording.id,
        "reviewer": recording.opened.reviewer,
        "kind": recording.final.mode,
        "status": recording.final.status,
        "steps": [
            {
                "step": step.number,
                "entries": [step.first, step.last],
                "ts": step.ts,
                "pause_ms": step.pause_ms,
                "idle": step.idle,
                "kinds": [entry.kind for entry in recording.entries[step.first - 1 : step.last]],
                "lines": [
                    {"kind": line.kind, "text": visible(line.text)} for line in replay.lines(step.number)
                ],
            }
            for step in replay.steps
        ],
        "landmarks": [
            {"kind": one.kind, "step": one.step, "name": one.name, "words": one.words}
            for one in replay.landmarks
        ],
    }


def _question(pair: Pair) -> dict[str, Any]:
    return {
        "item": pair.item,
        "prompt": pair.prompt,
        "question": pair.ask,
        "state": pair.state,
        "answers": [None if side is None else _side(side) for side in pair.sides],
        "parts": [{"part": name, "a": one, "b": other} for name, one, other in pair.parts],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "words": side.words,
        "pages": [str(one) for one in side.evidence],
        "step": side.step,
        "amended": side.amended,
    }
