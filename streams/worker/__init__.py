"""What happens to a batch: the loop that polls, processes, commits, waits and shuts down."""
