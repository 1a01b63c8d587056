"""The room of the workshop dashboard: pages and components that show runs, with no model logic of their own.

It has no page yet. What it will read is finished: `simulation.compare`, the charts of `simulation.charts`, the events.
"""
