"""What goes wrong, and what a person is told: one clear message and an exit code, never a trace."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Sequence

DONE = 0
FAILED = 1
BAD_INPUT = 2
FAULT = 70
STOPPED = 130
PIPE_CLOSED = 141

PLACE_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR,
                errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EFBIG, errno.EIO}
"""Errors that the machine or the folder causes, not the program."""


class BadInput(Exception):
    """Something that the person can mend. `str()` is the message: one line for every problem."""


def guarded(arguments: Sequence[str]) -> int:
    """Run the command line on `arguments`; the exit code."""
    arguments = list(arguments)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    debug = "--debug" in arguments[:end]
    arguments = [a for i, a in enumerate(arguments) if i >= end or a != "--debug"] or ["--help"]
    codecs.register_error("nearest-letter", _nearest_letter)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="nearest-letter")  # a terminal without a minus sign is no reason to stop
    try:
        from typer.main import get_command

        from simulation.cli.app import app

        command = get_command(app)
        # Step by step rather than by the command's own `main`, which gives a closed pipe the code of a failed claim.
        with command.make_context("regimes", arguments, obj=("regimes", *arguments)) as context:
            command.invoke(context)
        sys.stdout.flush()
        return DONE
    except BrokenPipeError:
        return _closed_pipe()
    except KeyboardInterrupt:
        return _say("Stopped. Nothing was written.", STOPPED)
    except MemoryError:
        return _say("Not enough memory. Fewer people, fewer pairs or --threads 1 need less.", BAD_INPUT)
    except Exception as fault:
        if type(fault).__name__ == "Exit" and hasattr(fault, "exit_code"):  # how the option parser says "enough"
            return int(fault.exit_code)
        if isinstance(fault, OSError) and fault.errno == errno.EPIPE:
            return _closed_pipe()
        if _named(fault, "Interrupted"):
            return _say("Stopped before the first pair was complete. Nothing was written.", STOPPED)
        message = _bad_input(fault)
        if debug:
            import traceback

            traceback.print_exception(fault)
        if message is not None:
            return _say(message, BAD_INPUT)
        return _say(
            f"Sorry, this is a fault of the program, not of your input. {type(fault).__name__}: {_first_line(fault)}\n"
            "The same command with --debug prints the trace that a maintainer needs.",
            FAULT,
        )


def _bad_input(fault: Exception) -> str | None:
    """The message for a fault that the person can mend; None for a fault of the program."""
    if isinstance(fault, BadInput) or _named(fault, "ScenarioError", "ComparisonError", "RunFolderError", "WorldError",
                                                 "CalibrationError", "SweepError", "StoreError"):
        return str(fault)
    if hasattr(fault, "format_message") and hasattr(fault, "exit_code"):  # the option parser's own
        where = getattr(getattr(fault, "ctx", None), "command_path", "regimes")
        return f"{fault.format_message()}\nTry: {where} --help"
    if isinstance(fault, OSError) and fault.errno in PLACE_FAULTS:
        what = os.strerror(fault.errno) if fault.errno else str(fault)
        return f"{fault.filename}: {what.lower()}." if fault.filename else f"{what}."
    return None


def _named(fault: Exception, *names: str) -> bool:
    """Whether the fault is of a class of that name: asks without importing the modules that define them."""
    return any(c.__name__ in names and c.__module__.startswith("simulation.") for c in type(fault).__mro__)


def _nearest_letter(error: UnicodeError) -> tuple[str, int]:
    """What to print for characters that the terminal's encoding does not have."""
    assert isinstance(error, UnicodeEncodeError)
    plain = {"−": "-", "–": "-", "’": "'", "…": "...", "£": "GBP "}
    return "".join(plain.get(letter, "?") for letter in error.object[error.start:error.end]), error.end


def _first_line(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or ["no message"])[0]


def _say(message: str, code: int) -> int:
    try:
        print(message, file=sys.stderr)
        sys.stderr.flush()
    except OSError:
        pass
    return code


def _closed_pipe() -> int:
    """Nobody reads any more: stay silent, also while Python flushes its streams at the end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    return PIPE_CLOSED
