"""The pages, one module each; each has a component `Page`."""
