"""What NVIDIA's exporter of devices (DCGM) shows, over HTTP: for the panels of GPUs where there is none.

In: nothing.  Out: the port of a page in the exporter's form, with the labels that it gives on a node of Kubernetes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LABELS = (
    'gpu="0",UUID="GPU-00000000-0000-0000-0000-000000000000",pci_bus_id="00000000:07:00.0",device="nvidia0",'
    'modelName="NVIDIA H200",Hostname="node-0",DCGM_FI_DRIVER_VERSION="570.124.06",container="render",namespace="skg",'
    'pod="skg-render-0"'
)
VALUES = {
    "DCGM_FI_DEV_GPU_UTIL": 97,
    "DCGM_FI_DEV_FB_USED": 61_234,
    "DCGM_FI_DEV_POWER_USAGE": 588.5,
    "DCGM_FI_DEV_XID_ERRORS": 0,
}
PAGE = "".join(
    f"# HELP {name} A value.\n# TYPE {name} gauge\n{name}{{{LABELS}}} {value}\n" for name, value in VALUES.items()
)


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing of each scrape."""


@contextmanager
def devices() -> Iterator[int]:
    """The port of the page, until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever, name="devices", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
