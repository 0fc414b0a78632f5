"""Tasks run as jobs: submitted, followed, cancelled, on a local worker or a Dask cluster.

Inside: the state of all jobs, and how Dask workers are started, given jobs and followed.
May be imported from it: the names below, and `dreamlab.jobs.service`.
"""

from dreamlab.jobs.protocol import Backend, Status

__all__ = ["Backend", "Status"]
