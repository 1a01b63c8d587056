"""`regimes dashboard`: the workshop dashboard in a browser, served from this machine."""

from __future__ import annotations

import os
import threading
from typing import Annotated

import typer

from simulation.cli.faults import BadInput
from simulation.cli.options import Quiet, whole_number

ANY = "0.0.0.0"


def dashboard(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on. The default is reached from this "
                                                            "machine only.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option("--port", parser=whole_number(1), metavar="NUMBER",
                                 help="Port to listen on; default 8765, or the next that is free.")
    ] = None,
    phones: Annotated[
        bool, typer.Option("--phones", help="Listen to the whole network of the room, so that phones can vote and "
                                            "students can take part.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="First make the runs of every story, so that none has to wait; once, about "
                                            "four minutes.")
    ] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    quiet: Quiet = False,
) -> None:
    """Open the workshop dashboard: stories, levers, the map of where it flips, voting from phones.

    It needs no internet. Ctrl-C ends it.

    Example: regimes dashboard --phones
    """
    server = _server()
    missing = server.assets_missing()
    if missing:
        raise BadInput(missing)
    if phones and host == "127.0.0.1":
        host = ANY
    if port is not None and port > 65_535:
        raise BadInput(f"--port {port} is not a port; accepted are 1 to 65,535")
    chosen = _port(server, host, port)

    from simulation.cli.interruption import Interruption
    from simulation.cli.running import compile_kernels

    with Interruption():
        compile_kernels(quiet)
        if record:
            _record(quiet)
    shown = "localhost" if host in (ANY, "::", "127.0.0.1") else f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{chosen}/"

    def ready() -> None:
        typer.echo(f"The dashboard is at {address}")
        if host in (ANY, "::"):
            room = server.address_in_room(chosen)
            typer.echo(f"In this room: {room}/   Phones vote at {room}/vote" if room
                       else "There is no network: only this machine reaches it.")
        typer.echo("Ctrl-C ends it.")
        if browser and _has_screen():
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    server.serve(host, chosen, ready)
    typer.echo("The dashboard has ended.")


def _server():  # noqa: ANN202
    """The server's module. Raises BadInput where what it needs is not installed."""
    from importlib.util import find_spec

    # Looked for, not imported: Solara reads its settings at import, and they are set by the server.
    missing = [name for name in ("solara", "anywidget", "segno", "platformdirs") if find_spec(name) is None]
    if missing:
        raise BadInput(f"The dashboard needs {' and '.join(missing)}, not installed here. In a checkout: make "
                       "dashboard. Otherwise: pip install 'care-regimes[dashboard]'")
    from dashboards import server

    return server


def _port(server, host: str, port: int | None) -> int:  # noqa: ANN001
    try:
        return server.free_port(host, port or server.PORT, 1 if port else 20)
    except OSError as error:
        if port and error.errno in (98, 48, 10048):
            raise BadInput(f"Port {port} is in use, perhaps by another dashboard; leave --port out, or choose "
                           "another") from None
        raise BadInput(f"Cannot listen on {host!r}{f' port {port}' if port else ''}: "
                       f"{error.strerror or error}. Without --host only this machine is served.") from None


def _record(quiet: bool) -> None:
    """Make the runs of every story that are not kept yet; Ctrl-C leaves the rest for later."""
    from dashboards.services import services
    from dashboards.telling.recording import wanted
    from simulation.cli.progress import Meter
    from simulation.scenario import catalogue, load

    jobs = []
    for name in catalogue():
        scenario = load(name)
        if scenario.story:
            jobs.append(services().runner.ask(scenario, wanted(scenario), scenario.pairs, scenario.seed,
                                              visitor=f"record {name}", durable=True))
    total = sum(job.total for job in jobs)
    with Meter("Recording the stories", quiet) as meter:
        while not all(job.over for job in jobs):
            meter.update(sum(job.done for job in jobs), total)
            jobs[-1].wait(0.2) if not jobs[-1].over else threading.Event().wait(0.2)


def _has_screen() -> bool:
    """Whether opening a browser makes sense: not over a remote shell, not in a container."""
    import sys

    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
