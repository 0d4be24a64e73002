"""One module for each command of `imr`, imported only when it runs, so that `--help` stays quick."""
