"""The dataset: growth, the mix of what is asked, and how far it is from its targets.

In: nothing.  Out: rows of panels.
"""

from monitoring.panels.panel_rows import OF_SCRAPE, RATE, Panel, Row

_KINDS = f"sum by (kind) (rate(skg_questions_total{{{OF_SCRAPE}}}{RATE}))"
_WRITE = f'{OF_SCRAPE},stage="write"'

ROWS = (
    Row(
        "Growth",
        (
            Panel(
                "Samples stored a minute", "short", "samples", f"sum(rate(skg_accepted_total{{{_WRITE}}}{RATE})) * 60",
                "Rows that are new to the table.",
            ),
            Panel(
                "Seconds of a row (p90)", "s", "p90",
                f"histogram_quantile(0.9, sum by (le) (rate(skg_stage_seconds_bucket{{{_WRITE}}}{RATE})))",
                "Fetching the picture and committing. Rising: join small files.",
            ),
        ),
    ),
    Row(
        "Mix",
        (
            Panel("Questions a second by kind", "ops", "{{kind}}", _KINDS, "The mix of what is asked."),
            Panel(
                "Share of each kind", "percentunit", "{{kind}}",
                f"{_KINDS} / scalar(sum(rate(skg_questions_total{{{OF_SCRAPE}}}{RATE})))", "An even mix is the goal.",
            ),
            Panel(
                "Lacking of the targets", "percentunit", "{{axis}}", f"max by (axis) (skg_lacking_share{{{OF_SCRAPE}}})",
                "Of `skg balance`: the largest share that a value lacks. Never falling: not attainable.",
            ),
            Panel(
                "Examined pictures a second by outcome", "ops", "{{outcome}}",
                f'sum by (outcome) (rate(skg_outcomes_total{{{OF_SCRAPE},stage="examine"}}{RATE}))',
                "Salvaged samples are described as they are, not as they were asked for.",
            ),
        ),
    ),
)  # fmt: skip
