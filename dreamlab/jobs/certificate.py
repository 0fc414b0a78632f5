"""The certificate by which a page, its scheduler and its worker know each other.

Whoever may send work to a Dask scheduler runs code as its user. On a machine with other users the
address on it keeps nobody out; a certificate that is made for this page alone does.
"""

import os
from pathlib import Path
from typing import Any

_CERTIFICATE, _KEY = "certificate.pem", "key.pem"


def make(folder: Path) -> None:
    """Write a certificate and its key into a folder, which nobody else can read.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    from distributed import Security

    made = Security.temporary()
    for name, text in ((_CERTIFICATE, made.tls_client_cert), (_KEY, made.tls_client_key)):
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "w") as opened:
            opened.write(text)


def security(folder: Path) -> Any:
    """Return Dask's settings with which only those who have the key of a folder are heard."""
    from distributed import Security

    certificate, key = str(folder / _CERTIFICATE), str(folder / _KEY)
    roles = ("client", "scheduler", "worker")
    return Security(
        require_encryption=True,
        tls_ca_file=certificate,
        **{f"tls_{role}_cert": certificate for role in roles},
        **{f"tls_{role}_key": key for role in roles},
    )
