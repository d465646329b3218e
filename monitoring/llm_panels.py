"""The dashboard's panels about language models: tokens, money, answers, rate limits, accepted and dropped results.

In: nothing.  Out: rows of `monitoring.dashboard.PANELS`.  Empty where no model is configured.
"""

_I = "[$__rate_interval]"
_STORED = 'sum(increase(skg_accepted_total{stage="write"}[1h]))'

PANELS: tuple[tuple[str, str, str, str, str], ...] = (
    # title, unit, legend, query, what it tells
    (
        "Tokens a second",
        "short",
        "{{stage}} {{model}} {{kind}}",
        f"sum by (stage, model, kind) (rate(skg_language_tokens_total{_I}))",
        "What language models are paid for.",
    ),
    (
        "Money an hour",
        "short",
        "{{stage}} {{model}}",
        f"sum by (stage, model) (rate(skg_language_cost_total{_I})) * 3600",
        "In the currency of the price list; nothing for models without a price.",
    ),
    (
        "Tokens an accepted sample (1 h)",
        "short",
        "tokens",
        f"sum(increase(skg_language_tokens_total[1h])) / {_STORED}",
        "Rejected work included.",
    ),
    (
        "Money an accepted sample (1 h)",
        "short",
        "money",
        f"sum(increase(skg_language_cost_total[1h])) / {_STORED}",
        "Rejected work included.",
    ),
    (
        "Answers a second by outcome",
        "ops",
        "{{stage}} {{outcome}}",
        f"sum by (stage, outcome) (rate(skg_language_calls_total{_I}))",
        "Failed: the server; cut: the token limit; refused: the model.",
    ),
    (
        "Answers from the cache a second",
        "ops",
        "{{stage}}",
        f"sum by (stage) (rate(skg_language_cache_hits_total{_I}))",
        "What was paid before.",
    ),
    (
        "Answers repaired a second",
        "ops",
        "{{stage}}",
        f"sum by (stage) (rate(skg_language_repairs_total{_I}))",
        "Answers that were requested again.",
    ),
    (
        "Seconds of one answer (p90)",
        "s",
        "{{stage}}",
        f"histogram_quantile(0.9, sum by (stage, le) (rate(skg_language_seconds_bucket{_I})))",
        "Waiting for a free slot excluded.",
    ),
    (
        "Calls under way",
        "short",
        "{{role}}",
        "sum by (role) (skg_language_in_flight_calls)",
        "At this moment.",
    ),
    (
        "Calls that may be under way",
        "short",
        "{{role}}",
        "sum by (role) (skg_language_limit_calls)",
        "Below its setting where a server was busy.",
    ),
    (
        "Faults of suggested layouts a second",
        "ops",
        "{{kind}}",
        f"sum by (kind) (rate(skg_layout_hint_faults_total{_I}))",
        "The solver repairs them.",
    ),
    (
        "Questions of models dropped a second",
        "ops",
        "{{reason}}",
        f"sum by (reason) (rate(skg_questions_dropped_total{_I}))",
        "Why what a model wrote was not asked.",
    ),
    (
        "Token budget spent",
        "short",
        "{{role}}",
        "max by (role) (skg_language_budget_spent)",
        "1: no new graph is begun.",
    ),
)
