"""Train the network that `avatar_live.tracking.visemes` runs: 40 ms of a voice -> one of five vowels, or none."""
