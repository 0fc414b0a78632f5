"""Benchmarks: `python -m tests.bench` compares dreamlab with other ways to the same dream."""
