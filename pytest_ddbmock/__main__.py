"""`python -m pytest_ddbmock serve`: DynamoDB on a port of this machine."""

from __future__ import annotations

import sys

from pytest_ddbmock.testkit.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
