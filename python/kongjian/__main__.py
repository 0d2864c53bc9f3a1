"""`python -m kongjian` is the command `kongjian`, which can be stopped from its first moment on."""

import gc
import sys

from kongjian.entry.cli.stopping import stoppable


def main() -> None:
    gc.disable()  # a short process full of small objects and without cycles: collecting takes a tenth of it
    sys.setswitchinterval(0.001)  # what is unpacked, laid out and packed beside waits no longer to come in
    try:
        stoppable(_command)
    finally:
        gc.freeze()  # as it ends, the interpreter would look through all of them once more


def _command() -> None:
    from kongjian.entry.cli import main as command

    command.main()


if __name__ == "__main__":
    main()
