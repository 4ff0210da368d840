"""The render process: readings in, encoded frames out. `frame.py` tells how one picture is made."""
