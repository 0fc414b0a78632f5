"""The upload of a picture that is given beside the settings: a guide, or a mask."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dreamlab.images import files
from dreamlab.images.kinds import SPOKEN
from dreamlab.ui import style
from dreamlab.ui.anywhere import MOST_MB
from dreamlab.ui.session import uploads


def uploader(label: str, key: str, help: str | None = None) -> None:
    """Draw the control; its file stays while the control is not drawn.

    Parameters
    ----------
    label : str
        Name of the control.
    key : str
        Its key.
    help : str, optional
        What is said of it.
    """
    # Any file: Streamlit's refusal of a name tells less than the sentence about its content.
    shown = st.file_uploader(
        label,
        type=None,
        max_upload_size=MOST_MB,
        key=key,
        help=help,
        on_change=_keep,
        args=(key,),
    )
    kept = uploaded(key)
    style.note(f"{SPOKEN}." if shown or kept is None else f"It is {files.label(kept.name)}.")


def uploaded(key: str) -> UploadedFile | None:
    """Return the file of the control with a key; None where there is none."""
    return st.session_state.get(f"{key}.kept")


def _keep(key: str) -> None:
    """Keep the file of the control, and let go of the one before."""
    now, before = st.session_state, uploaded(key)
    # A browser that comes back to another session names a file that is gone.
    file = now.get(key) if isinstance(now.get(key), UploadedFile) else None
    now[f"{key}.kept"] = file
    if before is not None and (file is None or before.file_id != file.file_id):
        uploads.let_go([before])
