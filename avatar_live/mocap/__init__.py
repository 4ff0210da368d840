"""Other programs' words for a performance, and ours: packets and files as pure functions of bytes and values."""
