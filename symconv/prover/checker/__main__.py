"""``python -m symconv.prover.checker CERTIFICATE STATEMENT``."""

import sys

from symconv.prover.checker.replay import main

sys.exit(main())
