"""What the page compares: variants and the settings they share.

Inside: variants, comparisons and the notebook's own, the check before a run, the shipped example.
May be imported from it: its modules.
"""
