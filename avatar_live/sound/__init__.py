"""The arithmetic of sound: levels, a limiter, a duck, a tape that keeps time, the mix. Samples in, samples out.

Sound is 48 kHz and goes in packets of 20 ms: float32 (960, 2), left and right, full scale is 1. Whoever has nothing to
say gives None, so that silence costs nothing and stays exact zeros, which Opus sends in three bytes.

What goes in is the host's microphone, sounds and music of files, and spoken thanks. Nothing here can listen to what
the host's machine plays back, so a show never hears itself.
"""
