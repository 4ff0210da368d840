"""Events for programs that have an address instead of a line: posted to them, at least once, signed, until they answer.

    EventLog -> Outpost.hear -> the outbox (`store`, on the disk) -> `outpost`'s thread -> `reach` -> the program

`cloud_event` is what is posted, `patience` how often and when (pure), `reach` where to and what is never reached.
"""
