"""The tests of pytest-ddbmock."""
