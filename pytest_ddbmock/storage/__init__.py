"""Items in key order and their history; knows no request and no account."""
