"""Access to language models: client, rate limiter, cache, budget and costs."""
