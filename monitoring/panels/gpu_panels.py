"""What draws: pictures, the time of one, and what NVIDIA's exporter (DCGM) says of the devices, where it is scraped.

In: nothing.  Out: rows of panels.
"""

from monitoring.panels.panel_rows import OF_SCRAPE, RATE, Panel, Row

_RENDER = f'{OF_SCRAPE},stage="render"'
_SECONDS = f"sum by (le) (rate(skg_stage_seconds_bucket{{{_RENDER}}}{RATE}))"

ROWS = (
    Row(
        "Pictures",
        (
            Panel(
                "Pictures a second", "ops", "{{instance}}",
                f"sum by (instance) (rate(skg_accepted_total{{{_RENDER}}}{RATE}))", "Drawn and stored.",
            ),
            Panel(
                "Seconds of a picture (median)", "s", "median", f"histogram_quantile(0.5, {_SECONDS})", "Waiting excluded.",
            ),
            Panel("Seconds of a picture (p90)", "s", "p90", f"histogram_quantile(0.9, {_SECONDS})", "Waiting excluded."),
            Panel(
                "Present call of render", "s", "{{instance}}",
                f"max by (instance) (skg_call_seconds{{{_RENDER}}})", "A batch on its device. Only growing: it hangs.",
            ),
        ),
    ),
    Row(
        "Devices (DCGM)",
        (
            Panel(
                "Utilisation", "percent", "{{Hostname}} {{gpu}}",
                'avg by (Hostname, gpu) (DCGM_FI_DEV_GPU_UTIL{namespace=~"$namespace"})',
                "Low with lag: the batch is too small.",
            ),
            Panel(
                "Memory in use", "decmbytes", "{{Hostname}} {{gpu}}",
                'max by (Hostname, gpu) (DCGM_FI_DEV_FB_USED{namespace=~"$namespace"})',
                "Near its end: lower SKG_RENDER_BATCH.",
            ),
            Panel(
                "Power", "watt", "{{Hostname}} {{gpu}}",
                'avg by (Hostname, gpu) (DCGM_FI_DEV_POWER_USAGE{namespace=~"$namespace"})', "What the device draws.",
            ),
            Panel(
                "Faults", "short", "{{Hostname}} {{gpu}}",
                'max by (Hostname, gpu) (DCGM_FI_DEV_XID_ERRORS{namespace=~"$namespace"})',
                "The number of the last Xid. Other than 0: the node's log says which fault.",
            ),
        ),
    ),
)  # fmt: skip
