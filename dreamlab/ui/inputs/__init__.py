"""What a visitor sets: the picture, the settings, the variants and the button."""
