"""The network process: `process` runs it, `keeper` keeps the room, `ledger` the coins, `app` is what HTTP reaches."""
