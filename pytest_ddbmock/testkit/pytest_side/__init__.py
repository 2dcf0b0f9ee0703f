"""What pytest sees: fixtures, options, reports."""
