"""Pictures and sound become packets here, once for everybody who watches.

`video` makes H.264, `audio` makes Opus, `thread` keeps the making of H.264 off the thread that draws.
"""
