"""Reports: tables, charts and HTML pages without libraries and scripts.

Inside: tables, SVG charts, colours, the HTML report and the files of an analysis.
May be imported from it: its modules.
"""
