"""One person's data: what is kept of it how long, all of it as a file, and its erasure (REQUIREMENTS H3).

`rules` is the one table: every table of the house, and every field that may hold words, days or pictures. `walk` finds
the rows of a person by it, `disclosing` writes them down, `erasing` empties them, `retention` says whose time is over.
"""
