"""Downloads of the dreams that are chosen on the shelf."""

from functools import partial

from dreamlab.results import export
from dreamlab.results.film import Film
from dreamlab.results.recording import Recording
from dreamlab.ui.dreams import downloads
from dreamlab.ui.session.visitors import Run
from dreamlab.ui.shelf.contents import Kept

#: Most dreams of which all files are made at once: each takes seconds, and megabytes of memory.
MOST_WHOLE = 12

_ZIP = "application/zip"


def buttons(dreams: list[Kept]) -> None:
    """Draw the downloads of dreams that have a picture: a PNG or a ZIP of them, and all files."""
    pairs = [(kept.view.run, kept.view.recording) for kept in dreams]
    chosen = [(run, recording) for run, recording in pairs if recording is not None]
    if len(chosen) == 1:
        run, recording = chosen[0]
        name = f"{downloads.file_stem(run)}.png"
        downloads.button("PNG", partial(export.png, recording), name, "image/png", "shelf.png")
    else:
        downloads.button(
            f"{len(chosen)} PNGs", partial(pictures, chosen), "dreams.zip", _ZIP, "shelf.pngs"
        )
    if len(chosen) <= MOST_WHOLE:
        make = partial(downloads.everything, [list(chosen)], Film().to_dict())
        downloads.button("Everything", make, "dreamlab.zip", _ZIP, "shelf.all")


def pictures(dreams: list[tuple[Run, Recording]]) -> bytes:
    """Return the results of dreams as a ZIP of PNGs, each with its settings."""
    return export.pack(
        {
            f"{number}_{downloads.file_stem(run)}.png": export.png(recording)
            for number, (run, recording) in enumerate(dreams, 1)
        }
    )
