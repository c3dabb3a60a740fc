# Stands in for odoo:19.0: what its Dockerfile leaves (user, home, volumes, entrypoint, where
# Odoo and its packages lie), on Debian 12 with Python 3.11 instead of Ubuntu 24.04 with 3.12.
FROM localhost/tour-loan-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends \
        ca-certificates curl python3 python3-pip \
    && rm -rf /var/lib/apt/lists/* \
    && adduser --system --group --home /var/lib/odoo odoo
# the official image has these from the distribution, so they stand where its apt puts them
COPY packages.txt /tmp/packages.txt
RUN pip install --quiet --no-cache-dir --no-deps --target /usr/lib/python3/dist-packages \
        -r /tmp/packages.txt
COPY usr /usr
COPY odoo-entrypoint.sh /entrypoint.sh
RUN mkdir -p /mnt/extra-addons /etc/odoo && chown odoo /mnt/extra-addons
VOLUME ["/var/lib/odoo", "/mnt/extra-addons"]
ENV ODOO_RC=/etc/odoo/odoo.conf
USER odoo
ENTRYPOINT ["/entrypoint.sh"]
CMD ["odoo"]
