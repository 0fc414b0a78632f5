"""Dreams as jobs: submit, follow, cancel, result.

The page needs the contract alone, which is what this package gives; `dreamlab.jobs.service.Jobs`
keeps it, with Dask workers.
"""

from dreamlab.jobs.protocol import AnalysisRequest, Backend, Request, Result, State, Status

__all__ = ["AnalysisRequest", "Backend", "Request", "Result", "State", "Status"]
