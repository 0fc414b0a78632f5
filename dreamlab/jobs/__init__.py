"""Dreams and analyses as jobs: queued, run by workers, followed, stopped and kept.

Inside: the contract, the books of all jobs, the dispatcher, and what runs in a worker's process.
May be imported from it: the names below, and `dreamlab.jobs.service`, which runs jobs with Dask.
"""

from dreamlab.jobs.protocol import AnalysisRequest, Backend, Request, Result, State, Status

__all__ = ["AnalysisRequest", "Backend", "Request", "Result", "State", "Status"]
