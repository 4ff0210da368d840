"""Where viewers' websockets end: thousands of sockets a process, each bounded, none knowing anything of the room.

    bytes -> EdgeSocket -> Edge -> Room (the one writer)          Room -> Edge -> what is owed -> EdgeSocket -> bytes

`socket` is RFC 6455 with a short way for the usual frame, `frames` bytes of frames as pure functions, `owed` what
everybody is told and what each has not heard yet, `edge` who is connected, `uring` a write to hundreds of lines at
once. An edge lives in the server's own process or, for large rooms, in processes of its own that share a port
(`process`) and speak to the room over a local socket (`link`).
"""
