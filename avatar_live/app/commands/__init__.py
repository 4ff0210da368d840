"""The commands of the command line that are no groups, each a module: what only one of them needs is loaded with it."""
