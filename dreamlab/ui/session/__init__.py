"""Session state: widget values, visits, the address, the backend and queries to it."""
