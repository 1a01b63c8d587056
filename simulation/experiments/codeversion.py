"""Which version of the code makes the runs: the model's number, and a digest of every module that a run uses."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from simulation.provenance import model_version

ROOTS = ("simulation.runs", "simulation.scenario")
"""Where a run begins: the modules that these import, and those that they import, make its numbers."""
PACKAGE = "simulation"


@cache
def code_version() -> str:
    """`MODEL_VERSION-digest`, such as `2-1a2b3c4d`; read from the files once in a process.

    A change in any module on the way from a scenario file to an outcome changes it, and so does a comment; a change of
    a page, a picture or a command does not. Line endings do not count, so that checkouts on Windows and Linux agree.
    """
    texts = {name: path.read_bytes() for name, path in executed().items()}
    return f"{model_version()}-{digest(texts)}"


def digest(texts: dict[str, bytes]) -> str:
    """8 hex digits of sources by module name; the same for every kind of line ending."""
    whole = hashlib.blake2b(digest_size=4)
    for name in sorted(texts):
        text = texts[name].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        whole.update(f"{name} {len(text)}\n".encode())
        whole.update(text)
    return whole.hexdigest()


def executed(roots: tuple[str, ...] = ROOTS) -> dict[str, Path]:
    """Every module of the package that a run may execute, with its file: all that the roots import, at the top or in
    a function, and so on. What is imported for type checkers alone is left out."""
    # The package's own file only says where names live; it makes no number.
    found: dict[str, Path] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting.extend(_imported(ast.parse(path.read_bytes(), str(path)), name, path))
        package = name.rpartition(".")[0]
        if package:
            waiting.append(package)
    return found


def _file(name: str) -> Path | None:
    """The file of a module of the package; None for anything else, such as a function that is imported."""
    if not name.startswith(f"{PACKAGE}."):
        return None
    place = Path(__file__).resolve().parents[2].joinpath(*name.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


def _imported(tree: ast.AST, name: str, path: Path) -> Iterator[str]:
    """Names that may be modules, as an import statement says them."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and _for_type_checkers(node.test):
            waiting.extend(node.orelse)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _for_type_checkers(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING")
