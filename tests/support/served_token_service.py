"""The token service alone, on loopback, for whom every caller is the same vendor: a program that tests start.

Its argument is the port. What a caller shows by mutual TLS elsewhere, it has shown here.
"""

import sys

import uvicorn
from token_lab import VENDOR, Lab, Showing


def main(port: int) -> None:
    """Serve until the process is ended."""
    lab = Lab()
    app = Showing(lab.service.app, lab.pems[VENDOR])
    uvicorn.run(app, host="127.0.0.1", port=port, lifespan="off", log_level="warning", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
