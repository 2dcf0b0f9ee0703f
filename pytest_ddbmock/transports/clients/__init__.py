"""What a client of the user passes through: hooks in botocore, direct methods, retries on the mock's clock."""
