"""Calibration: what the model is set to, how far it is from it, and what a search over believable values makes of that.

A plan (`scenarios/calibration/*.yaml`) names the targets and the free parameters, `measuring` runs the model and
compares, `fitting` searches, `keeping` stores the result beside the plan. Patterns that are tests are refused as
targets, so that nothing is tuned and tested on the same number.
"""

from __future__ import annotations
