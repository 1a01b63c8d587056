"""A folder that is either whole or not there: written beside its place, synced, then renamed into it."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class RunFolderError(Exception):
    """A run folder cannot be written or read; the message names the folder and what to do about it."""


WHY = {
    errno.ENOSPC: "the disk is full; free some space or choose a folder on another disk",
    errno.EDQUOT: "your share of the disk is used up; free some space or choose a folder on another disk",
    errno.EFBIG: "a file would be larger than the disk allows; choose a folder on another disk",
    errno.EACCES: "there is no permission to write there; choose another folder",
    errno.EPERM: "there is no permission to write there; choose another folder",
    errno.EROFS: "that disk can only be read; choose another folder",
    errno.ENOTDIR: "part of the path is a file, not a folder; choose another folder",
    errno.EEXIST: "part of the path is a file, not a folder; choose another folder",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.EIO: "the disk reported an error; choose a folder on another disk",
}


def refuse_unless_free(folder: Path, may_replace: Callable[[Path], bool]) -> None:
    """Say at once, before hours of work, that `folder` cannot take results.

    Args:
        may_replace: whether an existing folder that is not empty may be replaced.

    Raises:
        RunFolderError: it is a file, it holds something else, or nothing can be written beside it.
    """
    if folder.is_symlink() and not folder.exists():
        raise RunFolderError(f"{folder} is a link that leads nowhere; choose another folder")
    if folder.exists() and not folder.is_dir():
        raise RunFolderError(f"{folder} is a file; give the name of a folder for the results")
    with _explained(folder):
        if folder.is_dir() and any(folder.iterdir()) and not may_replace(folder):
            raise RunFolderError(f"{folder} already holds something; choose another folder or remove it first")
        above = folder.resolve()
        while not above.exists():
            above = above.parent
        with tempfile.TemporaryFile(dir=above if above != folder.resolve() else above.parent):
            pass


@contextmanager
def whole(folder: Path, may_replace: Callable[[Path], bool]) -> Iterator[Path]:
    """A temporary folder beside `folder`; when the block ends well it becomes `folder`, else it is gone.

    Raises:
        RunFolderError: as `refuse_unless_free`, and whatever the disk complains about while writing.
    """
    refuse_unless_free(folder, may_replace)
    place = folder.resolve()
    with _explained(folder):
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{place.name[:80]}.writing-", dir=place.parent))
    try:
        with _explained(folder):
            yield work
            work.chmod(0o777 & ~_umask())  # mkdtemp makes it private
            for path in sorted(work.rglob("*")):
                if path.is_file():
                    with path.open("r+b") as file:
                        os.fsync(file.fileno())
            sync_folder(work)
            _move_into(work, place, may_replace)
            sync_folder(place.parent)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _move_into(work: Path, place: Path, may_replace: Callable[[Path], bool]) -> None:
    """Put `work` where `place` is; what was there goes only after it has been set aside in one piece."""
    if not place.exists():
        work.rename(place)
        return
    if not any(place.iterdir()):
        place.rmdir()
        work.rename(place)
        return
    if not may_replace(place):  # somebody else wrote it in the meantime
        raise RunFolderError(f"{place} was written by something else in the meantime; choose another folder")
    old = Path(tempfile.mkdtemp(prefix=f".{place.name[:80]}.replaced-", dir=place.parent))
    place.rename(old / place.name)
    try:
        work.rename(place)
    except BaseException:
        (old / place.name).rename(place)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = WHY.get(error.errno or 0, f"{error.strerror or error}; choose another folder")
        raise RunFolderError(f"cannot write the results to {folder}: {why}. Nothing was kept.") from error


def _umask() -> int:
    """The mask of permissions of this process, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
