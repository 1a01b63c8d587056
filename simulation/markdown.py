"""Markdown out of code: tables, docstrings, links to DOIs, and the rules of a module as they are written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent

from simulation.references import dois_in


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; every cell on one line. Raises ValueError where a row has another width than the headings."""
    lines = [headings, ["---"] * len(headings), *rows]
    wrong = [row for row in lines if len(row) != len(headings)]
    if wrong:
        raise ValueError(f"a row has {len(wrong[0])} cells, the table has {len(headings)}: {wrong[0]!r}")
    return "\n".join("| " + " | ".join(_cell(value) for value in row) + " |" for row in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def code(names: Iterable[str]) -> str:
    """Names as code, with commas, each once; `nothing` where there is none."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names)) or "nothing"


def linked(text: str) -> str:
    """The text with every DOI in it as a link."""
    for doi in dois_in(text):
        text = text.replace(f"doi:{doi}", f"[doi:{doi}](<https://doi.org/{doi}>)")
    return text


def from_docstring(text: str) -> str:
    """A docstring as Markdown: `::` before an indented block makes the block a formula, double backticks become one."""
    blocks, formula = [], False
    for block in re.split(r"\n\s*\n", cleandoc(text)):
        if formula and block.startswith("    "):
            blocks.append(f"```text\n{dedent(block)}\n```")
            continue
        formula = block.endswith("::")
        blocks.append(linked((block[:-1] if formula else block).replace("``", "`")))
    return "\n\n".join(blocks)


@dataclass(frozen=True, slots=True)
class Source:
    """What a module of the model says of itself.

    Attributes:
        about: its docstring as Markdown.
        rules: (name, source) of its scalar rules, in the order of the file, without the decorator.
        steps: (name, first paragraph of the docstring) of its loops, those that say what they do.
        loops: (name, source) of its loops, without the decorator.
        imports: the modules of the same folder that it uses, without the folder's name.
    """

    about: str
    rules: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str], ...]
    loops: tuple[tuple[str, str], ...]
    imports: tuple[str, ...]


def source(path: Path, package: str = "simulation.mechanisms.") -> Source:
    """Reads a module as text; nothing is imported or run."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.splitlines()
    rules, steps, loops, imports = [], [], [], []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(package):
            imports.append(node.module.removeprefix(package))
        if not isinstance(node, ast.FunctionDef):
            continue
        marks = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
        written = node.name, "\n".join(lines[node.lineno - 1:node.end_lineno])
        if "rule" in marks:
            rules.append(written)
        elif marks & {"kernel", "kernel_part"}:
            loops.append(written)
            if said := ast.get_docstring(node):
                steps.append((node.name, linked(" ".join(said.split("\n\n")[0].split()))))
    return Source(from_docstring(ast.get_docstring(tree) or ""), tuple(rules), tuple(steps), tuple(loops),
                  tuple(imports))
