"""What a test holds: clock, faults, tables, streams, Kinesis, S3."""
