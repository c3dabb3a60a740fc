# Stands in for nginx:stable: the user 101, curl, logs to the container's.
FROM localhost/tour-loan-trixie
RUN groupadd --system --gid 101 nginx \
    && useradd --system --gid nginx --home-dir /nonexistent --shell /bin/false --uid 101 nginx \
    && apt-get update && apt-get install -y --no-install-recommends curl nginx-light \
    && rm -rf /var/lib/apt/lists/* \
    && ln -sf /dev/stderr /var/log/nginx/error.log
STOPSIGNAL SIGTERM
CMD ["nginx", "-g", "daemon off;"]
