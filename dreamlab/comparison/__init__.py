"""Comparisons: variants of a dream and their common settings.

Inside: variants, comparisons, the notebook's presets, the preflight check, the shipped example.
May be imported from it: its modules.
"""
