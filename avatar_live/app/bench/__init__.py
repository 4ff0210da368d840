"""Measurements that a reader can repeat: `avatar-live bench NAME --json` prints one JSON line last."""
