"""Downloads by link: the picture or table of a choice, made on the server, with what it takes to make it again."""

from __future__ import annotations

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    """The download routes."""
    return []
