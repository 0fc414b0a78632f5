"""The settings of a deployment."""

import pytest

from dreamlab.config.deployment import DeploymentSettings
from dreamlab.errors import DreamError


def test_what_is_not_set_keeps_its_default():
    assert DeploymentSettings.from_environment({}) == DeploymentSettings()
    assert DeploymentSettings().waiting_per_visitor == 36
    assert DeploymentSettings().waiting == 200


@pytest.mark.parametrize("name", ["PORT", "SERVICE_HOST", "PORT_8501_TCP_ADDR", "HOST", "X"])
def test_variables_of_others_are_passed_over(name):
    assert (
        DeploymentSettings.from_environment({f"DREAMLAB_{name}": "10.0.0.1"})
        == DeploymentSettings()
    )


def test_each_type_is_read():
    limits = DeploymentSettings.from_environment(
        {
            "DREAMLAB_SCHEDULER": "tcp://10.0.0.1:8786",
            "DREAMLAB_WAITING": " 7 ",
            "DREAMLAB_JOB_SECONDS": "1.5",
            "DREAMLAB_OWN_MODELS": "yes",
            "DREAMLAB_COST": "",
        }
    )
    assert limits == DeploymentSettings(
        scheduler="tcp://10.0.0.1:8786", waiting=7, job_seconds=1.5, own_models=True
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("WAITING", "many", "DREAMLAB_WAITING is 'many'; choose a whole number"),
        ("WAITING", "0", "DREAMLAB_WAITING is 0; choose 1 or more"),
        ("JOB_SECONDS", "soon", "DREAMLAB_JOB_SECONDS is 'soon'; choose a number"),
        ("JOB_SECONDS", "nan", "DREAMLAB_JOB_SECONDS is nan; choose 0.1 or more"),
        ("OWN_MODELS", "maybe", "DREAMLAB_OWN_MODELS is 'maybe'; choose yes or no"),
        (
            "LOG_LEVEL",
            "warn1",
            "DREAMLAB_LOG_LEVEL is 'warn1'; choose from debug, info, warning, error, critical",
        ),
        ("STOER_MB", "9", "there is no setting DREAMLAB_STOER_MB: did you mean DREAMLAB_STORE_MB?"),
        ("RECORDING_MB", "inf", "DREAMLAB_RECORDING_MB is inf; choose 0.001 to 1e+06"),
        ("WORKER_MEMORY", "70", "DREAMLAB_WORKER_MEMORY is 70.0; choose 0.001 to 1"),
        (
            "SCHEDULER",
            "tcp://10.0.0.1",
            "DREAMLAB_SCHEDULER is 'tcp://10.0.0.1'; choose one such as tcp://10.0.0.1:8786, "
            "or leave it empty",
        ),
    ],
)
def test_a_wrong_setting_is_named(name, text, message):
    with pytest.raises(DreamError) as caught:
        DeploymentSettings.from_environment({f"DREAMLAB_{name}": text})
    assert str(caught.value) == message


@pytest.mark.parametrize("scheduler", ["10.0.0.1:8786", "tls://dask.example:1", "tcp://[::1]:8786"])
def test_addresses_that_dask_can_read_are_allowed(scheduler):
    assert DeploymentSettings(scheduler=scheduler).scheduler == scheduler


@pytest.mark.parametrize(
    "frames",
    [
        "https://moodle.example.org",
        "https://*.hf.space",
        "http://127.0.0.1:8080",
        "https://a.example, https://b.example",
        "https://a.example https://b.example:8443",
    ],
)
def test_origins_of_frames(frames):
    read = DeploymentSettings.from_environment({"DREAMLAB_FRAMES": f" {frames} "})
    assert read.frames == frames


@pytest.mark.parametrize(
    "frames",
    [
        "moodle.example.org",
        "*",
        "https://*",
        "https:",
        "ftp://a.example",
        "https://a.example/course",
        "https://a.example; script-src *",
        "https://a.example\r\nX: y",
        "'none'",
        "https://a.*.example",
    ],
)
def test_what_is_no_origin_of_a_frame(frames):
    with pytest.raises(DreamError, match="choose one such as https://moodle.example.org, or"):
        DeploymentSettings(frames=frames)


def test_a_log_level_may_be_in_capitals():
    assert (
        DeploymentSettings.from_environment({"DREAMLAB_LOG_LEVEL": "WARNING"}).log_level
        == "warning"
    )
