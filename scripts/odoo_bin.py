"""Start Odoo: ``python scripts/odoo_bin.py server|shell ...``.

A file of its own because Odoo starts its websocket process by running
``sys.argv[0]`` again.
"""

import sys
from pathlib import Path

# Python puts this file's folder on the path; ours must not hide other modules.
sys.path.remove(str(Path(__file__).resolve().parent))

import odoo.cli  # noqa: E402

if __name__ == "__main__":
    odoo.cli.main()
