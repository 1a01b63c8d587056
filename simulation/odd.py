"""The documents that are made from the code: model description (ODD), register, calibration, limits, what was tested.

Prose is in `templates/`; tables, equations and rules come from the declarations and modules themselves, so that a
document cannot say what the code does not. `regimes odd` writes them, and a test compares them with those in `docs/`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from simulation import buried, claimspage, ranges, register
from simulation.calibration import page
from simulation.chance import PURPOSES
from simulation.columns import FAMILIES, Column
from simulation.levers import LEVER_INDEX, LEVERS
from simulation.markdown import Source, code, linked, source, table
from simulation.mechanisms import ORDER, TABLES
from simulation.provenance import model_version
from simulation.references import REFERENCES
from simulation.sensitivity import page as sensitivity_page
from simulation.vocabulary import CHOICES, DOMAINS, N_DOMAINS, ORGANISATION_KINDS

PACKAGE = Path(__file__).resolve().parent
TEMPLATES = {"ODD.md": "odd.md.jinja", "evidence.md": "evidence.md.jinja", "calibration.md": "calibration.md.jinja",
             "claims.md": "claims.md.jinja", "sensitivity.md": "sensitivity.md.jinja",
             "limits.md": "limits.md.jinja", "trace.md": "trace.md.jinja"}
IN_A_CHECKOUT = ("trace.md", "claims.md", "sensitivity.md")
"""Pages that say what stands in the project's folder, in its tests or among its kept results."""
FAMILY_TITLES = {"person": "Person", "staff": "Member of staff", "organisation": "Organisation, with its leader",
                 "convener": "Convener", "place": "Place, with its commissioner"}


def checkout() -> Path | None:
    """The folder of the project, where the program runs from one; None where it is installed without its tests."""
    return PACKAGE.parent if (PACKAGE.parent / "tests" / "__init__.py").is_file() else None


def documents() -> dict[str, str]:
    """Every document by the name of its file. What was tested is among them only in a checkout, where the tests are."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loaded = Environment(loader=FileSystemLoader(PACKAGE / "templates"), undefined=StrictUndefined, trim_blocks=True,
                         lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
    loaded.filters["linked"] = linked
    root = checkout()
    context = {"ODD.md": _odd, "evidence.md": _evidence, "calibration.md": page.context, "limits.md": _limits,
               "trace.md": _trace, "claims.md": lambda: claimspage.context(root),
               "sensitivity.md": lambda: sensitivity_page.context(root)}
    written = {}
    for name, template in TEMPLATES.items():
        if name in IN_A_CHECKOUT and root is None:
            continue
        text = loaded.get_template(template).render(**{**_shared(), **context[name]()})
        written[name] = re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"
    return written


def differing(folder: Path) -> list[str]:
    """The documents that a folder lacks, or has in another version than the code would write."""
    return [name for name, text in documents().items() if _read(folder / name) != text]


def write(folder: Path) -> dict[str, bool]:
    """Write every document into a folder, which is made where it is missing; name to whether it has changed.

    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = {}
    for name, text in documents().items():
        changed[name] = _read(folder / name) != text
        if changed[name]:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return changed


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


# -- what every document may use ---------------------------------------------------------------------------------------


def _shared() -> dict[str, Any]:
    counts = register.counts()
    total = sum(counts["all"].values())
    rows = [(f"**{name}**" if name == "all" else name, *found.values(), sum(found.values()))
            for name, found in counts.items()]
    return {
        "model_version": model_version(), "counts": counts, "total": total,
        "judgement_share": round(100 * counts["all"]["judgement"] / total),
        "counts_table": table(("table", *counts["all"], "in all"), rows),
        "levers": LEVERS, "outcomes": register.outcomes(), "patterns": register.patterns(),
        "patterns_table": table(("#", "pattern", "use", "source"),
                                [(p.number, p.shows, p.use, linked(p.sources)) for p in register.patterns()]),
        "levers_table": table(
            ("question", "lever", "meaning", "default", "range", "acts in"),
            [(e.question, f"`{e.name}`", e.meaning, _show(e.default, e.unit), _range(e), ", ".join(e.mechanisms))
             for e in register.levers()]),
    }


def _show(value: float, unit: str) -> str:
    from simulation.scenario.units import show

    return show(value, unit)


def _range(entry: Any) -> str:
    return f"{entry.low:g} to {_show(entry.high, entry.unit)}"


def _believable(entry: Any) -> tuple[str, str]:
    """The believable range, and where it comes from."""
    why = f"{entry.believable_from}: {entry.believable_why}"
    if entry.believable_low == entry.believable_high:
        return "not varied", why
    return f"{entry.believable_low:.3g} to {_show(float(f'{entry.believable_high:.3g}'), entry.unit)}", why


# -- the model description ---------------------------------------------------------------------------------------------


def _odd() -> dict[str, Any]:
    from simulation.patterns.showing import probes
    from simulation.scenario import load

    world = load("town").world
    helpers = _helpers()
    population = source(PACKAGE / "population.py")
    mechanisms = []
    for m in ORDER:
        own = source(PACKAGE / "mechanisms" / f"{m.name}.py")
        parts = [(m.name, own), *helpers[m.name]]
        about = "\n\n".join([own.about, *(f"*{name}.py*: {part.about}" for name, part in helpers[m.name])])
        mechanisms.append({"name": m.name, "question": m.question, "about": about, "table": _parameters(m.name),
                           "code": _rules(parts)})
    return {
        "missed": [probe for probe in probes() if probe.missed],
        "domains": ", ".join(d.replace("_", " ") for d in DOMAINS), "n_domains": N_DOMAINS, "choices": CHOICES,
        "kinds": ", ".join(k.replace("_", " ") for k in ORGANISATION_KINDS), "purposes": len(PURPOSES),
        "families": [{"title": FAMILY_TITLES[name], "table": _columns(columns)} for name, columns in FAMILIES.items()],
        "schedule_table": _schedule(), "mechanisms": mechanisms, "regimes_table": _regimes(),
        "population": {"about": population.about, "table": _parameters("population"),
                       "code": "\n\n\n".join(text for _, text in (*population.rules, *population.loops))},
        "town": {"people": f"{world.people:,}", "places": world.places, "horizon": _show(world.horizon, "week")},
    }


def _columns(columns: Iterable[Column]) -> str:
    rows = []
    for column in columns:
        many = column.width or column.per_row
        kind = column.dtype.__name__ + (f" x {many}" if many else "")
        rows.append((f"`{column.name}`", column.meaning, kind))
    return table(("variable", "meaning", "type"), rows)


def _schedule() -> str:
    rows = []
    for number, m in enumerate(ORDER, 1):
        levers = [name for name in m.reads if name in LEVER_INDEX]
        rows.append((number, m.name, m.question, code(n for n in m.reads if n not in LEVER_INDEX), code(levers),
                     code(m.writes), "yes" if m.meet else "no"))
    return table(("#", "mechanism", "question", "reads", "levers", "writes", "places meet"), rows)


def _regimes() -> str:
    from simulation.scenario import load_regime, regime_library

    library = {name: load_regime(name).levers for name in regime_library()}
    return table(("lever", *library), [(f"`{lever.name}`", *(_show(levers[lever.name], lever.unit)
                                                            for levers in library.values())) for lever in LEVERS])


def _parameters(owner: str) -> str:
    return table(("parameter", "meaning", "default", "accepted range", "grade"),
                 [(f"`{e.name}`", e.meaning, _show(e.default, e.unit), _range(e), e.grade)
                  for e in register.parameters() if e.table == owner])


def _helpers() -> dict[str, list[tuple[str, Source]]]:
    """The modules that help a mechanism, by mechanism: each with the first in the tick that reaches it by imports."""
    names = [m.name for m in ORDER]
    modules = {path.stem: source(path) for path in sorted((PACKAGE / "mechanisms").glob("*.py"))
               if path.stem not in ("__init__", "base")}
    placed: set[str] = set()
    found: dict[str, list[tuple[str, Source]]] = {}
    for name in names:
        reached, todo = [], [name]
        while todo:
            for other in modules[todo.pop(0)].imports:
                if other in modules and other not in names and other not in placed:
                    placed.add(other)
                    reached.append(other)
                    todo.append(other)
        found[name] = [(other, modules[other]) for other in sorted(reached)]
    return found


def _rules(parts: Iterable[tuple[str, Source]]) -> str:
    parts = list(parts)
    rules = [text for _, part in parts for _, text in part.rules]
    steps = [(f"`{name}`", said) for _, part in parts for name, said in part.steps]
    blocks = []
    if rules:
        blocks.append("Rules:\n\n```python\n" + "\n\n\n".join(rules) + "\n```")
    if steps:
        blocks.append("Steps:\n\n" + table(("step", "what it does"), steps))
    return "\n\n".join(blocks)


# -- evidence, limits, tests -------------------------------------------------------------------------------------------


def _evidence() -> dict[str, Any]:
    parameters = register.parameters()
    fitted = {(free.table, free.name) for plan in map(page.load_plan, page.plans()) for free in plan.free}
    tables = []
    for name, declared in TABLES.items():
        rows = [(f"`{e.name}`", e.meaning, _show(e.default, e.unit), _range(e), *_believable(e), e.grade,
                 ("[Calibrated](calibration.md). " if (e.table, e.name) in fitted else "") + linked(e.source))
                for e in parameters if e.table == name]
        tables.append({"name": name.capitalize(), "purpose": declared.purpose, "table": table(
            ("parameter", "meaning", "default", "accepted", "believable", "because", "grade", "source"), rows)})
    return {
        "tables": tables, "rule": ranges.RULE,
        "believable_from": {basis: sum(e.believable_from == basis for e in parameters)
                            for basis in get_args(ranges.Basis)},
        "ranges_table": table(
            ("parameter", "range", "central", "default"),
            [(f"`{e.table}.{e.name}`", _range(e), _show(e.central, e.unit), _show(e.default, e.unit))
             for e in parameters if e.central is not None]),
        "causes_table": table(
            ("cause", "claimed chain", "strength", "because", "in"),
            [(c.name, c.chain, c.strength, linked(c.evidence), ", ".join(c.mechanisms)) for c in register.causes()]),
        "n_claims": len(register.claims()),
        "outcomes_table": table(
            ("group", "outcome", "meaning", "unit", "better", "a run counts as its"),
            [(o.group, f"`{o.name}`", o.meaning, o.unit, o.better, o.summary) for o in register.outcomes()]),
        "references_table": table(
            ("reference", "about", "seen", "DOI"),
            [(r.cite, r.about, "yes" if r.seen else "no", linked(f"doi:{r.doi}"))
             for r in sorted(REFERENCES, key=lambda r: r.cite)]),
    }


def _limits() -> dict[str, Any]:
    counts = register.counts()
    found = buried.judgements()
    bare = [name for name, found in counts.items() if not found["measured"] + found["associated"]]
    return {"bare": ", ".join(bare) or "none",
            "buried": len(found), "buried_in": code(sorted({f"{each.module}.py" for each in found})),
            "ranged": sum(e.range_from == "evidence" for e in register.parameters())}


def _trace() -> dict[str, Any]:
    root = checkout()
    assert root is not None
    files = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
             for path in sorted((root / "tests").rglob("test_*.py"))}
    rows, untested = [], 0
    fitted = page.states()
    for pattern in register.patterns():
        state = fitted.get(pattern.number) or _state(pattern.number, files)
        untested += state == "no test"
        rows.append((pattern.number, pattern.shows, pattern.use, state))
    return {
        "tests_table": table(("file", "what it tests"), [(f"`{name}`", linked(_says(text)))
                                                         for name, text in files.items()]),
        "tested_table": table(("#", "pattern", "use", "state"), rows), "untested": untested,
    }


def _says(text: str) -> str:
    return (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]


def _state(number: int, files: Mapping[str, str]) -> str:
    """Where a pattern is tested: in its own file of `tests/patterns/`, and whether the model is known to miss it."""
    from simulation.patterns.showing import probes

    file = f"tests/patterns/test_pattern_{number:02}.py"
    probe = next((each for each in probes() if each.number == number), None)
    if probe is None or file not in files:
        return "no test"
    return f"**missed**: {probe.missed} (`{file}`)" if probe.missed else f"shown: `{file}`"
