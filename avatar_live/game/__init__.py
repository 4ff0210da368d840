"""The shared games: `push` is the one there is; `inputs` is what a game is told and what it tells."""
