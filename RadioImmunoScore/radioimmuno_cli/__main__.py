"""`python -m radioimmuno_cli`, the same as `radioimmuno`."""

import sys

from .main import main

sys.exit(main())
