"""Everything that reads a table's history."""
