#!/bin/bash
# Does what the entrypoint of odoo:19.0 does: waits until the role can log in to the database
# "postgres", and says on the command line what neither odoo.conf nor PG* say.
set -e
from=()
given() { # option, PG variable, value
    [[ -v $2 ]] || grep -qE "^\s*$1\s*=" "$ODOO_RC" || from+=("--$1" "$3")
}
given db_host PGHOST "${HOST:-db}"
given db_port PGPORT "${PORT:-5432}"
given db_user PGUSER "${USER:-odoo}"
given db_password PGPASSWORD "${PASSWORD:-odoo}"
case "$1" in
-- | odoo) shift ;;
-*) ;;
*) exec "$@" ;;
esac
host="${PGHOST:-${HOST:-db}}" port="${PGPORT:-${PORT:-5432}}" user="${PGUSER:-${USER:-odoo}}"
WAIT_PASSWORD="${PGPASSWORD:-${PASSWORD:-odoo}}" python3 - "$host" "$port" "$user" <<'PY'
import os, sys, time, psycopg2
host, port, user = sys.argv[1:]
for attempt in range(30):
    try:
        psycopg2.connect(
            host=host, port=port, user=user, password=os.environ["WAIT_PASSWORD"], dbname="postgres"
        ).close()
        sys.exit(0)
    except psycopg2.OperationalError as error:
        said = error
        time.sleep(1)
sys.exit(f"Database connection failure: {said}")
PY
exec odoo "$@" "${from[@]}"
