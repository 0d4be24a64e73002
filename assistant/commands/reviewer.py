"""`imr reviewer`: the reviewer's profile, kept once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from assistant.core.text import visible


@click.command()
@click.option("--certification", help="Your board certification, such as Occupational Medicine.")
@click.option("--licence", help="The state that licensed you.")
@click.option("--years", type=click.IntRange(0, 80), help="Years in active clinical practice.")
@click.option("--hours", type=click.IntRange(0, 120), help="Hours a week in active practice.")
@click.option("--name", help="Your name. It stays in the profile: never in the log or a letter.")
@click.option(
    "--decide-first/--no-decide-first",
    default=None,
    help="Be asked for a decision before the suggestion is shown.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def reviewer(as_json: bool, name: str | None, decide_first: bool | None, **given: Any) -> None:
    """Show your profile, or set what the options name.

    The log and the letter hold your pseudonymous id and your qualifications.
    """
    from assistant import reviewer as profiles

    path = profiles.profile_path()
    profile = profiles.load()
    changes = {key: value for key, value in given.items() if value is not None}
    if changes or name is not None or decide_first is not None:
        qualifications = {**profile.qualifications, **changes}
        missing = [key for key in ("certification", "licence", "years", "hours") if key not in qualifications]
        if changes and missing:
            raise click.UsageError(f"Still missing: {', '.join('--' + key for key in missing)}.")
        profile = replace(
            profile,
            qualifications=qualifications,
            name=profile.name if name is None else name,
            decide_first=profile.decide_first if decide_first is None else decide_first,
        )
        profiles.save(profile)
    shown = {
        "id": profile.id,
        **profile.qualifications,
        "decide_first": profile.decide_first,
        "kept": path.exists(),
    }
    if as_json:
        import json

        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for key, value in shown.items():
        click.echo(
            visible(
                f"{key.replace('_', ' '):<16} {'yes' if value is True else 'no' if value is False else value}"
            )
        )
    if not profile.qualifications:
        click.echo("Your qualifications are asked once, in your first review; or set them here (--help).")
