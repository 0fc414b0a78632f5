"""The colours of variants and curves."""

#: The colour-blind safe palette of Okabe and Ito (2008), without black and yellow, which are hard
#: to see on a dark or a light background.
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2")
