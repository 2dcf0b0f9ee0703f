"""Hooks in the clients of the user: answers, direct methods, delays on the mock's clock."""
