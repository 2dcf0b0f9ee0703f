"""What DynamoDB can store; knows no table and no request."""
