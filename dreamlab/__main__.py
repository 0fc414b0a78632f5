"""The command line: ``python -m dreamlab``."""

import sys

from dreamlab.cli import main

sys.exit(main())
