"""`python -m kongjian` is the command `kongjian`."""

from kongjian.entry.cli.main import main

main()
