"""Telling a story: its runs are recorded, people predict, the result stands beside the prediction, a room follows."""
