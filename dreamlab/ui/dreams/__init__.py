"""The results: dreams side by side, large, as curves, tables and downloads."""
