"""The top of the house: settings, the processes and their supervisor, the doctor and the command line."""
