"""Doors for people who come from other tools: the EMA workbench, xarray; Mesa's own are on the model itself."""
