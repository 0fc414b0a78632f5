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
from dreamlab.results.contact_sheet import comparison_sheet
from dreamlab.results.film import Film
from dreamlab.results.naming import file_name, with_network
from dreamlab.results.recording import Recording
from dreamlab.ui import style
from dreamlab.ui.inputs.control import control
from dreamlab.ui.session import keys
from dreamlab.ui.session.queries import DreamView
from dreamlab.ui.session.visitors import Run
from dreamlab.zoo import label


def show(views: list[DreamView]) -> None:
    """Draw the download buttons of every dream with a picture, and of all dreams together."""
    dreams = [(view.run, view.recording) for view in views if view.recording is not None]
    if not dreams:
        style.note("Files are ready as soon as a dream ends.")
        return
    film = _film()
    for run, recording in dreams:
        with style.edged(run.colour, f"files-{run.job}"):
            _files(run, recording, film)
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


def sheet(dreams: list[tuple[Run, Recording]]) -> bytes:
    """Return the contact sheet of the original and all results, as PNG."""
    return comparison_sheet([(run.name, recording) for run, recording in dreams])


def everything(dreams: list[tuple[Run, Recording]], film: dict[str, Any]) -> bytes:
    """Return a ZIP with a folder per dream and, if all are of one picture, the contact sheet."""
    buffer = io.BytesIO()
    original = dreams[0][1].original
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        if all(recording.original == original for _, recording in dreams):
            archive.writestr("contact_sheet.png", sheet(dreams))
        for number, (run, recording) in enumerate(dreams, 1):
            folder = f"{number}_{file_stem(run)}"
            with zipfile.ZipFile(io.BytesIO(export.archive(recording, **film))) as own:
                for name in own.namelist():
                    archive.writestr(f"{folder}/{name}", own.read(name))
    return buffer.getvalue()


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
            button(kind, make, name, mime, f"{run.job}.{kind}", of=run.name)
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
            alt=f"The octaves of {with_network(run.name, run.model)}, one after another",
        )


def file_stem(run: Run) -> str:
    """Return the beginning of the names of a dream's files."""
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
