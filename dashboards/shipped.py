"""Files of figures that come with the project: in the installed package, or in a checkout beside the documents."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Name = Literal["recount", "frontier", "sensitivity", "ablations"]
NAMES: tuple[Name, ...] = get_args(Name)


@cache
def shipped(name: Name) -> dict[str, Any] | None:
    """The kept figures of this name as plain data, not to be changed; None where the installation came without them.

    Raises ValueError for a name that is none of `NAMES`.
    """
    import simulation

    if name not in NAMES:
        raise ValueError(f"no kept figures {name!r}; there are {', '.join(NAMES)}")
    package = Path(simulation.__file__).resolve().parent
    for folder in (package / "_data", package.parent / "docs" / "data"):
        path = folder / f"{name}.json"
        if path.is_file():
            return json.loads(path.read_text(encoding="utf-8"))
    return None
