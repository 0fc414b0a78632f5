"""Findings and dreams on paper: tables, charts and pages that need no library and no script.

Inside: tables, SVG charts, colours, the HTML report and the files of an analysis.
May be imported from it: its modules.
"""
