"""`python -m assistant` is `imr`."""

from assistant.cli.main import main

main()
