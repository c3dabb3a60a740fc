#!/bin/bash
# Does what the entrypoint of postgres:17 does for a user who is not root: on an empty volume
# it makes the cluster, starts it for the socket only, runs the scripts, stops it.
set -Eeo pipefail
if [ "$1" = postgres ]; then
    [ "$(id -u)" != 0 ] || { echo "compose.yaml says another user than root" >&2; exit 1; }
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" || :
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:?}")
        printf '\nhost all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
        export PGPASSWORD="$POSTGRES_PASSWORD"
        pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
        for script in /docker-entrypoint-initdb.d/*.sh; do
            # the image runs what is executable, and sources the rest
            if [ -x "$script" ]; then "$script"; else . "$script"; fi
        done
        pg_ctl -D "$PGDATA" -m fast -w stop
        unset PGPASSWORD
    fi
fi
exec "$@"
