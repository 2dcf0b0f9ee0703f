"""What a test writes down: tables, seeds, event source mappings; and how they are read."""
