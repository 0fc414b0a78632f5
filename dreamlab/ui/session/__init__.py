"""What a session holds: widget state, visits, the address, the backend and what is asked of it."""
