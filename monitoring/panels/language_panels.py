"""Language models: tokens, money, answers, rate limits, accepted and dropped results.

In: nothing.  Out: rows of panels, empty where no model is configured.
"""

from monitoring.panels.panel_rows import OF_SCRAPE, RATE, Panel, Row

_S = f"{{{OF_SCRAPE}}}"
_STORED = f'sum(rate(skg_accepted_total{{{OF_SCRAPE},stage="write"}}{RATE}))'

ROWS = (
    Row(
        "Cost",
        (
            Panel(
                "Tokens a second", "short", "{{stage}} {{model}} {{kind}}",
                f"sum by (stage, model, kind) (rate(skg_language_tokens_total{_S}{RATE}))",
                "What language models are paid for.",
            ),
            Panel(
                "Money an hour", "short", "{{stage}} {{model}}",
                f"sum by (stage, model) (rate(skg_language_cost_total{_S}{RATE})) * 3600",
                "In the currency of the price list; nothing for models without a price.",
            ),
            Panel(
                "Tokens of a stored sample", "short", "tokens",
                f"sum(rate(skg_language_tokens_total{_S}{RATE})) / {_STORED}", "Rejected work included.",
            ),
            Panel(
                "Money of a stored sample", "short", "money",
                f"sum(rate(skg_language_cost_total{_S}{RATE})) / {_STORED}", "Rejected work included.",
            ),
        ),
    ),
    Row(
        "Answers",
        (
            Panel(
                "Answers a second by outcome", "ops", "{{stage}} {{outcome}}",
                f"sum by (stage, outcome) (rate(skg_language_calls_total{_S}{RATE}))",
                "Failed: the server; cut: the token limit; refused: the model.",
            ),
            Panel(
                "Answers from the cache a second", "ops", "{{stage}}",
                f"sum by (stage) (rate(skg_language_cache_hits_total{_S}{RATE}))", "What was paid before.",
            ),
            Panel(
                "Answers repaired a second", "ops", "{{stage}}",
                f"sum by (stage) (rate(skg_language_repairs_total{_S}{RATE}))", "Answers that were requested again.",
            ),
            Panel(
                "Seconds of one answer (p90)", "s", "{{stage}}",
                f"histogram_quantile(0.9, sum by (stage, le) (rate(skg_language_seconds_bucket{_S}{RATE})))",
                "Waiting for a free slot excluded.",
            ),
        ),
    ),
    Row(
        "Limits",
        (
            Panel(
                "Calls under way", "short", "{{role}}", f"sum by (role) (skg_language_in_flight_calls{_S})",
                "At this moment.",
            ),
            Panel(
                "Calls that may be under way", "short", "{{role}}", f"sum by (role) (skg_language_limit_calls{_S})",
                "Below its setting where a server was busy.",
            ),
            Panel(
                "Token budget spent", "short", "{{role}}", f"max by (role) (skg_language_budget_spent{_S})",
                "1: no new graph is begun.",
            ),
        ),
    ),
    Row(
        "What is not used",
        (
            Panel(
                "Faults of suggested layouts a second", "ops", "{{kind}}",
                f"sum by (kind) (rate(skg_layout_hint_faults_total{_S}{RATE}))", "The solver repairs them.",
            ),
            Panel(
                "Questions of models dropped a second", "ops", "{{reason}}",
                f"sum by (reason) (rate(skg_questions_dropped_total{_S}{RATE}))", "Why what a model wrote was not asked.",
            ),
        ),
    ),
)  # fmt: skip
