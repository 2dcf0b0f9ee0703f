"""What the mock sends to S3, Kinesis and CloudWatch Logs, through clients of the user."""
