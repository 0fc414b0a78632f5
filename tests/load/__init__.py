"""The load test: the page with its real engine and default limits, and what it has to stand.

`python -m tests.load` runs it; `rows` is the table of what it does, one module for each kind.
"""
