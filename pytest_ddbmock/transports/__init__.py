"""Doors: turn somebody's request into `Engine.call`."""
