"""Reaches presets at their addresses, on Hugging Face and on Kaggle."""

from pathlib import Path

from dreamlab.errors import DreamError, needed, shown

#: The file that describes a preset.
CONFIG = "config.json"

#: Seconds after which a hub that does not answer is taken to be out of reach.
_PATIENCE = 10.0


def reached(preset: str) -> str:
    """Return what KerasHub loads a preset from: its address, or the folder of a former download.

    Parameters
    ----------
    preset : str
        An address of `dreamlab.zoo.is_address`.

    Raises
    ------
    DreamError
        If there is no such preset, or its hub is out of reach; the message says which.
    """
    scheme, _, handle = preset.partition("://")
    return {"hf": _on_hugging_face, "kaggle": _on_kaggle}[scheme](preset, handle)


def called(preset: str) -> str:
    """Return a preset's name for a sentence: printable, and at most 60 characters."""
    return preset if preset.isprintable() and len(preset) <= 60 else shown(preset)


def _on_hugging_face(preset: str, handle: str) -> str:
    needed("huggingface_hub", extra="hub")
    import huggingface_hub as hub
    from huggingface_hub import errors

    try:
        # `hf_hub_download`, which KerasHub calls, tries again and again before it gives up.
        hub.get_hf_file_metadata(hub.hf_hub_url(handle, CONFIG), timeout=_PATIENCE)
    except errors.HFValidationError as error:
        raise _misspelt(preset, "hf://OWNER/NAME, such as hf://keras/resnet_50_imagenet") from error
    except errors.GatedRepoError as error:
        raise DreamError(
            f"{called(preset)} is for those who accept its terms: accept them on huggingface.co, "
            "and log in with hf auth login"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise _missing(preset, "huggingface.co", "hf auth login") from error
    except errors.EntryNotFoundError as error:
        raise DreamError(
            f"{called(preset)} holds no preset of KerasHub, as it has no {CONFIG}: choose another, "
            "such as hf://keras/resnet_50_imagenet"
        ) from error
    except Exception as error:  # of whatever the hub speaks through
        kept = hub.try_to_load_from_cache(handle, CONFIG)
        if isinstance(kept, str):
            return str(Path(kept).parent)
        raise _out_of_reach(preset, "huggingface.co", error) from error
    return preset


def _on_kaggle(preset: str, handle: str) -> str:
    needed("kagglehub", extra="hub")
    import kagglehub
    from kagglehub.exceptions import KaggleApiHTTPError

    try:
        kagglehub.model_download(handle, CONFIG)
    except KaggleApiHTTPError as error:
        if error.response is not None and error.response.status_code in (401, 403, 404):
            raise _missing(preset, "kaggle.com", "kagglehub.login()") from error
        raise _out_of_reach(preset, "kaggle.com", error) from error
    except ValueError as error:
        raise _misspelt(preset, "kaggle://OWNER/MODEL/keras/VARIANT") from error
    except Exception as error:  # of whatever the hub speaks through
        raise _out_of_reach(preset, "kaggle.com", error) from error
    return preset


def _misspelt(preset: str, form: str) -> DreamError:
    return DreamError(f"{called(preset)} is no address of a preset: give {form}")


def _missing(preset: str, hub: str, login: str) -> DreamError:
    return DreamError(
        f"there is no {called(preset)}, or it is not open to all: look up its spelling on {hub}, "
        f"or log in with {login}"
    )


def _out_of_reach(preset: str, hub: str, error: Exception) -> DreamError:
    return DreamError(
        f"{called(preset)} could not be had, as {hub} does not answer ({type(error).__name__}): "
        "try again with a network, or give the folder of a preset that is here"
    )
