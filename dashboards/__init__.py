"""The room of the workshop dashboard: pages and components that show runs, with no model logic of their own.

It has no page yet. What it will read is there: `simulation.comparison`, `simulation.charts`, and the events of a run.
"""
