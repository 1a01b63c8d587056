"""Files of a store that are either whole or not there: written to the side, synced, then renamed into place."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from simulation.wholefolder import WHY, sync_folder

WRITING = ".writing"
"""Folder of a store for what is not finished. No reader looks there: its name begins with a point."""
FORGOTTEN = 24 * 3600
"""Seconds after which something unfinished belongs to nobody any more, because what wrote it was killed."""


class StoreError(Exception):
    """A store cannot be opened, read or written; the message names it and says what would do."""


@contextmanager
def explained(root: Path) -> Iterator[None]:
    """Turns what a disk complains about into a StoreError.

    FileNotFoundError goes through where it is about a file that was there a moment ago: readers look again.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        why = WHY.get(error.errno or 0, f"{error.strerror or error}; choose another folder")
        raise StoreError(f"cannot write to the store {root}: {why}. What was in it before is still there") from error


def put(root: Path, files: Sequence[tuple[Path, Callable[[Path], None]]]) -> None:
    """Write files whole: all of them to the side and synced, then each renamed, in this order.

    Args: files: place of each, and what writes its content to a path.

    Raises StoreError where the disk is full or cannot be written; then none of them is there that was not before.
    """
    waiting: list[tuple[Path, Path]] = []
    with explained(root):
        try:
            for place, write in files:
                place.parent.mkdir(parents=True, exist_ok=True)
                aside = _aside(root, place.name)
                waiting.append((aside, place))
                write(aside)
                sync(aside)
            for aside, place in waiting:
                _into_place(aside, place)
                sync_folder(place.parent)
        finally:
            for aside, _ in waiting:
                with suppress(OSError):
                    aside.unlink(missing_ok=True)


def put_folder(root: Path, place: Path, write: Callable[[Path], None]) -> bool:
    """Write a folder whole. False where it was there already, or somebody else was first; then nothing is changed.

    Raises StoreError as `put`.
    """
    if place.exists():
        return False
    with explained(root):
        aside = _aside(root, place.name)
        try:
            aside.mkdir()
            write(aside)
            for path in sorted(aside.rglob("*")):
                if path.is_file():
                    sync(path)
            sync_folder(aside)
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                aside.rename(place)
            except OSError:
                if place.is_dir():
                    return False
                raise
            sync_folder(place.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return True


def put_json(root: Path, place: Path, value: Any) -> None:
    """Write plain data whole. Raises StoreError as `put`."""
    put(root, [(place, lambda path: write_json(path, value))])


def write_json(path: Path, value: Any) -> None:
    """Plain data as a person reads it."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def sync(path: Path) -> None:
    """What was written is on the disk when this returns."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sweep_away(root: Path) -> None:
    """Remove what somebody who was killed long ago left unfinished."""
    with suppress(OSError):
        for path in (root / WRITING).iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > FORGOTTEN:
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def _aside(root: Path, name: str) -> Path:
    folder = root / WRITING
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid.uuid4().hex}-{name[:80]}"


def _into_place(aside: Path, place: Path) -> None:
    try:
        aside.replace(place)
    except PermissionError:
        # Windows does not replace a file that somebody reads. One of the same name has the same content.
        if not place.exists():
            raise
