"""The room as a value: `step(room, event, now) -> (room, effects)`; start reading at `step.py`.

`events` is what happens, `effects` what shall be done about it, `state` what the room knows, `audience`, `gifts` and
`play` the chapters of `step`.
"""
