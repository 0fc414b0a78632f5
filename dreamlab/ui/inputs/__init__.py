"""Inputs of the page: the picture, the settings, the variants and the button."""
