"""One stage in detail: its work, its time, what it waits for, its processes.

In: nothing.  Out: rows of panels.
"""

from monitoring.panels.panel_rows import OF_GROUPS, OF_SCRAPE, OF_STAGE, RATE, Panel, Row

ROWS = (
    Row(
        "Work",
        (
            Panel(
                "Consumed a second", "ops", "{{stage}} {{instance}}",
                f"sum by (stage, instance) (rate(skg_consumed_events_total{{{OF_STAGE}}}{RATE}))",
                "Redeliveries included.",
            ),
            Panel(
                "Published a second", "ops", "{{stage}} to {{topic}}",
                f"sum by (stage, topic) (rate(skg_produced_events_total{{{OF_STAGE}}}{RATE}))",
                "Acknowledged by the broker.",
            ),
            Panel(
                "Outcomes a second", "ops", "{{stage}} {{outcome}}",
                f"sum by (stage, outcome) (rate(skg_outcomes_total{{{OF_STAGE}}}{RATE}))",
                "Accepted, salvaged, drawn again, rejected. Many drawn again: the renderer often errs.",
            ),
            Panel(
                "Pictures drawn again a second by reason", "ops", "{{gate}} / {{reason}}",
                f"sum by (gate, reason) (rate(skg_redrawn_total{{{OF_STAGE}}}{RATE}))",
                "Given up for another attempt; their requests are still open.",
            ),
        ),
    ),
    Row(
        "Time",
        (
            Panel(
                "Seconds of one unit of work (p90)", "s", "{{stage}}",
                f"histogram_quantile(0.9, sum by (stage, le) (rate(skg_stage_seconds_bucket{{{OF_STAGE}}}{RATE})))",
                "Waiting excluded.",
            ),
            Panel(
                "Age of events when taken (p90)", "s", "{{stage}}",
                f"histogram_quantile(0.9, sum by (stage, le) (rate(skg_event_age_seconds_bucket{{{OF_STAGE}}}{RATE})))",
                "High: the stage needs more processes. 300 s stands for more than that, too.",
            ),
            Panel(
                "Present call", "s", "{{stage}} {{instance}}", f"max by (stage, instance) (skg_call_seconds{{{OF_STAGE}}})",
                "Seconds since it began. Only growing: it hangs.",
            ),
            Panel(
                "In flight", "short", "{{stage}} {{instance}}",
                f"sum by (stage, instance) (skg_in_flight_events{{{OF_STAGE}}})", "Events taken and not finished.",
            ),
        ),
    ),
    Row(
        "Trouble",
        (
            Panel(
                "Waits for", "short", "{{stage}} {{service}}",
                f"max by (stage, service) (skg_waiting{{{OF_STAGE}}}) > 0", "1: it waits for that service.",
            ),
            Panel(
                "Hangs", "short", "{{stage}} {{instance}}", f"max by (stage, instance) (skg_hung{{{OF_STAGE}}})",
                "1: /healthz says that it is stuck.",
            ),
            Panel(
                "Lag by partition", "short", "{{topic}} {{partition}}",
                f"sum by (topic, partition) (skg_group_lag_events{{{OF_GROUPS}}})", "One that grows alone is not read.",
            ),
            Panel(
                "Free disk", "percentunit", "{{stage}} {{folder}}",
                f"min by (stage, folder) (skg_disk_free_share{{{OF_STAGE}}})", "Of local state, and of the dataset.",
            ),
        ),
    ),
    Row(
        "Processes",
        (
            Panel(
                "Memory", "bytes", "{{instance}}", f"sum by (instance) (process_resident_memory_bytes{{{OF_SCRAPE}}})",
                "Resident; flat after the warm-up.",
            ),
            Panel(
                "Processor", "short", "{{instance}}",
                f"sum by (instance) (rate(process_cpu_seconds_total{{{OF_SCRAPE}}}{RATE}))", "Cores in use.",
            ),
            Panel(
                "Versions", "short", "{{version}}, Python {{python}}",
                f"count by (version, python) (skg_build_info{{{OF_STAGE}}})",
                "Processes of each. Two: an upgrade is under way.",
            ),
        ),
    ),
)  # fmt: skip
