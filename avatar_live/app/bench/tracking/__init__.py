"""Measure tracking and motion against truth that does not depend on the solver: `avatar-live bench tracking`."""
