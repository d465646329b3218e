"""Metrics, traces, logs, rules and dashboards. Knows no stage's work."""
