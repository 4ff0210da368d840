"""See the map in `avatar_live/__init__.py`."""
