#!/bin/sh
# Run once, by PostgreSQL's image, on an empty volume: Odoo's role owns its database and
# nothing else. A superuser of Odoo's could drop the triggers that keep events and evidence.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v password="$ODOO_PASSWORD" <<'SQL'
CREATE ROLE odoo LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE tour_loan OWNER odoo TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
REVOKE CONNECT ON DATABASE tour_loan FROM PUBLIC;
SQL
# The backup (docs/admin.md) comes from the containers' host, as the superuser, by password.
echo 'host replication postgres samenet scram-sha-256' >> "$PGDATA/pg_hba.conf"
