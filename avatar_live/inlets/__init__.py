"""The inlet's process: a guest's pictures come in by WebRTC and are decoded here, where they can harm nobody else.

    server --offer--> inlet --answer--> server;   guest's packets -> decoder -> slot -> engine, if it is placed

Streams of strangers meet a video decoder: when it falls, the show goes on and the inlet is started again.
"""
