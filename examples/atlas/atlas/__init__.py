"""Atlas: the world's countries, subdivisions and languages, in one DynamoDB table, edited by people who sign in."""
