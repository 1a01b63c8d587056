"""Explore mode: what is compared, its runs, what is shown of them, and stepping through them live."""
