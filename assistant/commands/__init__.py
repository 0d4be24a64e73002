"""One module for each command of `imr`, imported only when that command runs, so that `--help` stays quick."""
