"""Tables and their settings: create, describe, update, delete, tags, TTL, quotas."""
