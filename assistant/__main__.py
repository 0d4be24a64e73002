"""`python -m assistant` is `imr`."""

from assistant.cli import main

main()
