"""The workshop dashboard: pages in a browser over the simulator's results. It draws and asks; it has no model logic.

`regimes dashboard` starts it; `dashboards.server` says how it is put together.
"""
