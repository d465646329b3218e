"""What became of requests, and another try for what failed or was rejected."""
