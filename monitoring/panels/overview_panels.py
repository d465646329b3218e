"""The overview: what comes of what is asked for, what waits, what it costs.

In: nothing.  Out: rows of panels.
"""

from monitoring.panels.panel_rows import OF_GROUPS, OF_SCRAPE, OF_STAGE, RATE, Panel, Row

_STORED = f'sum(rate(skg_accepted_total{{{OF_SCRAPE},stage="write"}}{RATE}))'
_REJECTED = f"sum by (stage) (rate(skg_rejected_total{{{OF_STAGE}}}{RATE}))"
_ACCEPTED = f"sum by (stage) (rate(skg_accepted_total{{{OF_STAGE}}}{RATE}))"
_ASKED = (
    f'(sum(rate(skg_accepted_total{{{OF_SCRAPE},stage="agents"}}{RATE}))'
    f' + sum(rate(skg_rejected_total{{{OF_SCRAPE},stage="agents"}}{RATE})))'
)

ROWS = (
    Row(
        "Now",
        (
            Panel("Samples an hour", "short", "samples", f"{_STORED} * 3600", "How fast the dataset grows.", "stat"),
            Panel(
                "Yield", "percentunit", "yield", f"{_STORED} / {_ASKED}", "Stored samples of the requests begun.", "stat",
            ),
            Panel(
                "Unread events", "short", "events", f"sum(skg_group_lag_events{{{OF_GROUPS}}})",
                "Of all stages together, as the broker counts them.", "stat",
            ),
            Panel(
                "Alerts", "short", "firing", 'count(ALERTS{alertstate="firing",alertname=~"Skg.*"}) or vector(0)',
                "Alerts that fire; docs/runbook.md says what to do.", "stat",
            ),
        ),
    ),
    Row(
        "Funnel",
        (
            Panel("Accepted a second", "ops", "{{stage}}", _ACCEPTED, "Work that passed each stage."),
            Panel(
                "Rejection rate", "percentunit", "{{stage}}", f"{_REJECTED} / ({_REJECTED} + {_ACCEPTED})",
                "Share of finished work that was rejected. Near 1 or at 0 for long: a gate is broken.",
            ),
            Panel(
                "Rejections a second by reason", "ops", "{{stage}}: {{gate}} / {{reason}}",
                f"sum by (stage, gate, reason) (rate(skg_rejected_total{{{OF_STAGE}}}{RATE})) > 0",
                "Why work was rejected.",
            ),
            Panel(
                "Dead letters and retries a second", "ops", "{{stage}} {{reason}}",
                f"sum by (stage, reason) (rate(skg_dead_letters_total{{{OF_STAGE}}}{RATE})) > 0"
                f" or sum by (stage) (rate(skg_retries_total{{{OF_STAGE}}}{RATE}))",
                "Messages that could not be processed; attempts repeated.",
            ),
        ),
    ),
    Row(
        "What waits",
        (
            Panel(
                "Lag", "short", "{{stage}}", f"sum by (stage) (skg_group_lag_events{{{OF_GROUPS}}})",
                "Events not read and committed, as the broker counts them: of stages without a process too.",
            ),
            Panel(
                "Oldest unread event", "s", "{{stage}}",
                f"max by (stage) (skg_group_oldest_unread_seconds{{{OF_GROUPS}}})",
                "How long the event has waited that has waited longest.",
            ),
            Panel(
                "Members of the groups", "short", "{{stage}}", f"sum by (stage) (skg_group_members{{{OF_GROUPS}}})",
                "Processes that the broker knows. 0 with lag: start some.",
            ),
            Panel(
                "Time without progress", "s", "{{stage}}", f"max by (stage) (skg_group_still_seconds{{{OF_GROUPS}}})",
                "Of stages with members and lag. High: stuck.",
            ),
        ),
    ),
    Row(
        "Cost",
        (
            Panel(
                "Money an hour", "short", "{{stage}} {{model}}",
                f"sum by (stage, model) (rate(skg_language_cost_total{{{OF_SCRAPE}}}{RATE})) * 3600",
                "In the currency of the price list; nothing for models without a price.",
            ),
            Panel(
                "Tokens of a stored sample", "short", "tokens",
                f"sum(rate(skg_language_tokens_total{{{OF_SCRAPE}}}{RATE})) / {_STORED}", "Rejected work included.",
            ),
        ),
    ),
)  # fmt: skip
