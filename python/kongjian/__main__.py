"""`python -m kongjian` is the command `kongjian`."""

from kongjian.cli import main

main()
