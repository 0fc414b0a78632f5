"""The colours of variants and curves."""

#: The colours of Okabe and Ito (2008), told apart by people who see colours differently, without
#: their black and yellow, which cannot be seen on a dark or a light ground.
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2")
