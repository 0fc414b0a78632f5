"""The command line: ``python -m dreamlab``."""

import sys

from dreamlab.cli.main.main import main

sys.exit(main())
