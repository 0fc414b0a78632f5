"""The command line: ``python -m dreamlab``."""

import sys

from dreamlab.cli.main import main

sys.exit(main())
