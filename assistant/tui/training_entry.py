"""The ways from the home screen into training."""

from __future__ import annotations

from textual.screen import Screen


def entry_screen(kind: str, name: str) -> Screen[None]:
    """The screen for a trainee's run (by its session), for `practise`, or for `trainers`."""
    if kind == "run":
        from assistant.training.beginning import resume_run
        from assistant.tui.training_practice_screen import PracticeScreen

        return PracticeScreen(lambda log, profile: resume_run(log, profile, name))
    if name == "practise":
        from assistant.tui.training_choice_screen import PracticeChoiceScreen

        return PracticeChoiceScreen()
    from assistant.tui.training_screen import TrainingScreen

    return TrainingScreen()
