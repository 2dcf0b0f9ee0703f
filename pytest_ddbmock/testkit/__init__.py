"""What a test author holds."""
