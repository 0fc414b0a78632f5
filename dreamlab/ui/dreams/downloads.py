"""Downloads; a file is made when the visitor clicks on it."""

import io
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dreamlab.config.base import specs
from dreamlab.errors import DreamError
from dreamlab.results import export
from dreamlab.results.contact_sheet import comparison_sheet, sheet_of_rows
from dreamlab.results.film import Film
from dreamlab.results.naming import file_name, with_network
from dreamlab.results.recording import Recording
from dreamlab.ui import style
from dreamlab.ui.dreams.rows import Row, chosen
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import keys
from dreamlab.ui.session.visitors import Run
from dreamlab.zoo import label

#: The dreams of a picture; one without a picture of its own has no recording.
_Dreams = list[tuple[Run, Recording | None]]


def show(rows: list[Row], key: str) -> None:
    """Draw the download buttons of every dream with a picture, and of all dreams together.

    Parameters
    ----------
    rows : list of Row
        The dreams of each picture.
    key : str
        Key of the choice of a picture, where there are several.
    """
    dreams = [[(view.run, view.recording) for view in row.views] for row in rows]
    if not any(recording for row in dreams for _, recording in row):
        style.note("Files are ready as soon as a dream ends.")
        return
    film = _film()
    for view in chosen(rows, key).views:
        if view.recording is not None:
            with style.edged(view.run.colour, f"files-{view.run.job}"):
                _files(view.run, view.recording, film)
    with st.container(horizontal=True, vertical_alignment="center"):
        button("Contact sheet", partial(sheet, dreams), "contact_sheet.png", "image/png", "sheet")
        button(
            "Everything",
            partial(everything, dreams, film),
            "dreamlab.zip",
            "application/zip",
            "all",
            primary=True,
        )


def sheet(rows: list[_Dreams]) -> bytes:
    """Return the contact sheet of the originals and all results, a row a picture, as PNG.

    Parameters
    ----------
    rows : list of list of (Run, Recording or None)
        The dreams of each picture; None for one without a picture.
    """
    named = [
        (row[0][0].of, [(run.name, recording) for run, recording in row if recording is not None])
        for row in rows
    ]
    named = [(of, dreams) for of, dreams in named if dreams]
    if len(rows) == 1:
        return comparison_sheet(named[0][1])
    return sheet_of_rows(named)


def everything(rows: list[_Dreams], film: dict[str, Any]) -> bytes:
    """Return a ZIP: a folder per dream, in one per picture, and the contact sheet, if any."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        if all(map(_is_of_one, rows)):
            archive.writestr("contact_sheet.png", sheet(rows))
        for place, row in enumerate(rows, 1):
            above = f"{place}_{file_name(row[0][0].of)}/" if len(rows) > 1 else ""
            ended = [(run, recording) for run, recording in row if recording is not None]
            for number, (run, recording) in enumerate(ended, 1):
                folder = f"{above}{number}_{_variant(run)}"
                with zipfile.ZipFile(io.BytesIO(export.archive(recording, **film))) as own:
                    for name in own.namelist():
                        archive.writestr(f"{folder}/{name}", own.read(name))
    return buffer.getvalue()


def _is_of_one(row: _Dreams) -> bool:
    """Return whether the dreams of a row are of one picture, so that a sheet shows it once."""
    first, *others = (recording for _, recording in row if recording is not None)
    return all(other.original == first.original for other in others)


def _film() -> dict[str, Any]:
    with (
        st.expander("Film", icon=":material/movie:"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        return {
            name: control(name, spec, keys.film(name), starts=True)
            for name, spec in specs(Film).items()
        }


def _files(run: Run, recording: Recording, film: dict[str, Any]) -> None:
    stem = file_stem(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        style.name(run.name, label(run.model))
        kinds: tuple[tuple[str, Callable[[], bytes], str, str], ...] = (
            ("PNG", partial(export.png, recording), f"{stem}.png", "image/png"),
            ("GIF", partial(export.gif, recording, **film), f"{stem}.gif", "image/gif"),
            ("WebP", partial(export.webp, recording, **film), f"{stem}.webp", "image/webp"),
            ("CSV", partial(export.losses_csv, recording), f"{stem}_losses.csv", "text/csv"),
            ("Config", partial(export.config_json, recording), f"{stem}.json", "application/json"),
            ("ZIP", partial(export.archive, recording, **film), f"{stem}.zip", "application/zip"),
        )
        for kind, make, name, mime in kinds:
            button(kind, make, name, mime, f"{run.job}.{kind}", of=run.told)
        preview = st.toggle("Preview the GIF", key=f"preview.{run.job}")
    if preview:
        try:
            film_bytes = _preview(run.job, len(recording.frames), recording, **film)
        except DreamError as error:
            style.note(str(error), bad=True)
            return
        st.image(
            film_bytes,
            width=320,
            alt=f"The octaves of {with_network(run.told, run.model)}, one after another",
        )


def file_stem(run: Run) -> str:
    """Return the beginning of the names of a dream's files."""
    picture = f"{file_name(run.of)}_" if run.of else ""
    return f"{picture}{_variant(run)}"


def _variant(run: Run) -> str:
    return file_name(with_network(run.name, run.model))


@st.cache_data(scope="session", max_entries=6, show_spinner="Making the GIF…")
def _preview(job: str, frames: int, _recording: Recording, **film: Any) -> bytes:
    return export.gif(_recording, **film)


def button(
    label: str,
    make: Callable[[], bytes],
    name: str,
    mime: str,
    key: str,
    *,
    primary: bool = False,
    of: str = "",
) -> None:
    """Draw the button that makes a file and saves it."""
    st.download_button(
        label,
        data=make,
        file_name=name,
        mime=mime,
        key=f"download.{key}",
        on_click="ignore",
        type="primary" if primary else "secondary",
        icon=":material/download:",
        help=f"{label} of {of}" if of else None,
    )
