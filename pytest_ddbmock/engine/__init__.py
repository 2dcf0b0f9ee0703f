"""The AWS accounts of one mock with their Regions, at one moment."""
