"""A shop that keeps its orders in DynamoDB."""
