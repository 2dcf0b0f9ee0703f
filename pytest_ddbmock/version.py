"""The version of pytest-ddbmock."""

__version__ = "0.1.0"
