"""What happens to a batch: the loop that polls, works, commits, waits and ends."""
