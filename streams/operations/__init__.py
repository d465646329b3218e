"""What an operator runs and watches: seeds, status, lag, balance, metrics, drawing again."""
