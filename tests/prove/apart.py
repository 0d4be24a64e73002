"""`python -m tests.prove.apart module.function JSON`: runs a harness in a process of its own, which may fork, and prints its result.

Following a process and killing it need a fork, and a process that runs tests has threads.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def apart(function: str, **arguments: Any) -> Any:
    """The result of `module.function(**arguments)`, run in another process; what it prints to stderr is raised."""
    command = [sys.executable, "-m", __name__, function, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        raise AssertionError(f"{function} ended with status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    module, _, name = sys.argv[1].rpartition(".")
    print(json.dumps(getattr(import_module(f"tests.prove.{module}"), name)(**json.loads(sys.argv[2]))))
