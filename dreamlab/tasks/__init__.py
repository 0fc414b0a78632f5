"""What can be run as a job: a dream, an analysis. A further kind is one more module here.

Inside: the events of a run and their log, what a task is, and the tasks.
May be imported from it: its modules; `dreamlab.jobs` knows `task`, `events` and `log` alone.
"""
