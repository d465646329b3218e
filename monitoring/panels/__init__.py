"""The panels of the Grafana dashboards, a module for each dashboard. Declares only."""
