"""What the mock sends out: to S3, Kinesis and CloudWatch Logs over clients of the user."""
