"""`python -m kongjian` is the command `kongjian`, which can be stopped from its first moment on."""

from kongjian.entry.cli.stopping import stoppable


def main() -> None:
    with stoppable():
        from kongjian.entry.cli import main as command

        command.main()


if __name__ == "__main__":
    main()
