"""What a conclusion hangs on: believable worlds instead of one, mechanisms and ideas taken away, and what then remains.

`factors` are the uncertain facts, `points` runs single worlds and keeps what was read, `screening` (Morris) and
`variance` (Sobol') ask SALib, `study` does all of it, `ablations` switches off, `findings` is what is kept and said.
Levers are left out everywhere: a regime is an answer, not an uncertain fact.
"""
