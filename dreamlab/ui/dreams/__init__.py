"""What a visitor gets: dreams side by side, large, as curves, tables and downloads."""
