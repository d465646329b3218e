"""Metrics, logs, rules and dashboards. Knows no stage's work."""
