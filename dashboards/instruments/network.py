"""The living network: organisations, staff, conveners and people with their ties, moving as a run moves.

It is told once where everybody stands (`scene`) and then one `frame` a tick. A frame is little-endian bytes::

    8 x uint32   version (1), tick, nodes n, ties m, ghosts g, cut pairs c, clusters o, 0
    uint16       ties 2m, ghosts 2g (pairs of nodes), cut 2c (pairs of clusters), clusters 6o
                 (of each: posts, vacant, burnt out, bridges, practice better and worse than at the start)
    uint8        colours 3n (one row a measure), sizes n, states n, trust m, tie kinds m, strength of ghosts g

A colour is 0..254 between `low` and `high` of its measure, 255 where there is nothing to measure. Trust is 0..255 for
0..1; a ghost is a bridge that was lost, 255 just now to 0 forgotten; a cut pair had a bridge at the start and has none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import traitlets

from dashboards.instruments.instrument import Instrument, check_fields

VERSION = 1
NOT_MEASURED = 255
VACANT, BURNT_OUT, POST_CUT, ABSENT = 1, 2, 4, 8
"""Bits of a node's state. `POST_CUT`: a convener who was there and is not; `ABSENT`: one who never was: not drawn."""
WITHIN, BRIDGE, WEAK, KNOWS, ELSEWHERE = 0, 1, 2, 3, 4
"""Kinds of ties: within an organisation; across, trusted; across, too weak to bear weight; a worker knows a person;
colleagues of two places. `NEW` is added to those that the frame before did not have."""
NEW = 128
KINDS = ("organisation", "staff", "convener", "person")
"""Kinds of nodes, by number."""
CLUSTER_FIGURES = ("posts", "vacant", "burnt_out", "bridges", "better", "worse")
RAMP = ("#fff4c2", "#c3dfa0", "#6dbba0", "#2c809a", "#1d4f83", "#12234f")
"""Low to high: each step darker than the one before, so that it reads in grey and with any colour vision."""
SCENE = frozenset({"aspect", "nodes", "clusters", "places", "measures", "start"})


class Parts(NamedTuple):
    """What a frame holds, as arrays; shapes and units are in the docstring of this module."""

    tick: int
    ties: np.ndarray
    ghosts: np.ndarray
    cut: np.ndarray
    clusters: np.ndarray
    colours: np.ndarray
    sizes: np.ndarray
    states: np.ndarray
    trust: np.ndarray
    kinds: np.ndarray
    strength: np.ndarray


def packed(parts: Parts) -> bytes:
    """The bytes of a frame: a copy, whatever the arrays were views of."""
    head = np.array([VERSION, parts.tick, len(parts.sizes), len(parts.ties), len(parts.ghosts), len(parts.cut),
                     len(parts.clusters), 0], "<u4")
    wide = (parts.ties, parts.ghosts, parts.cut, parts.clusters)
    narrow = (parts.colours, parts.sizes, parts.states, parts.trust, parts.kinds, parts.strength)
    return b"".join([head.tobytes(), *(np.ascontiguousarray(a, "<u2").tobytes() for a in wide),
                     *(np.ascontiguousarray(a, np.uint8).tobytes() for a in narrow)])


def unpacked(data: bytes) -> Parts:
    """The arrays of a frame; ValueError if it is of another version or length."""
    head = np.frombuffer(data, "<u4", 8)
    if head[0] != VERSION:
        raise ValueError(f"a frame of version {head[0]}; version {VERSION} is read")
    _, tick, n, m, g, c, o, _ = head.tolist()
    at, arrays = 32, []
    for shape, kind in (((m, 2), "<u2"), ((g, 2), "<u2"), ((c, 2), "<u2"), ((o, len(CLUSTER_FIGURES)), "<u2"),
                        ((3, n), "u1"), ((n,), "u1"), ((n,), "u1"), ((m,), "u1"), ((m,), "u1"), ((g,), "u1")):
        count = int(np.prod(shape))
        if at + count * np.dtype(kind).itemsize > len(data):
            raise ValueError(f"a frame of {len(data)} bytes is too short for its {n} nodes and {m} ties")
        arrays.append(np.frombuffer(data, kind, count, at).reshape(shape))
        at += count * np.dtype(kind).itemsize
    if at != len(data):
        raise ValueError(f"a frame of {len(data)} bytes has {len(data) - at} too many")
    return Parts(tick, *arrays)


class Network(Instrument):
    """The instrument. Traits:

    scene: JSON, set once: `aspect` (height by width), `nodes` {x, y (0..1 of the width), kind, cluster (-1 none)},
        `clusters` [{label, short, place, node, x, y, radius}], `places` [{label, x, y, radius}], `measures`
        [{key, label, low, high, low_label, high_label, notable, out_of}], `start` {colours, bridges}.
    frame: bytes of one moment; empty before the first. measure: which measure colours show; chosen in the view.
    title, summary: above the picture, and the picture in words. drawn: frames that reached the screen, told at most
        once a second. compact: without legend and choice, for the second and later of several side by side.
    """

    scripts = ("network.js",)
    styles = ("instruments.css", "network.css")

    scene = traitlets.Dict().tag(sync=True)
    frame = traitlets.Bytes(b"").tag(sync=True)
    measure = traitlets.Unicode("pressure").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    summary = traitlets.Unicode("").tag(sync=True)
    compact = traitlets.Bool(False).tag(sync=True)
    drawn = traitlets.Int(0).tag(sync=True)
    ramp = traitlets.List(traitlets.Unicode(), list(RAMP)).tag(sync=True)

    @traitlets.validate("scene")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        if proposal["value"]:
            check_fields(proposal["value"], SCENE, SCENE, "a scene")
        return proposal["value"]

    def show(self, frame: bytes, summary: str) -> None:
        """Show a frame and its sentence together, in one message to the browser."""
        with self.hold_sync():
            self.frame = frame
            self.summary = summary
