# Stands in for nginx:stable: the user 101 and curl; where Debian's nginx keeps its temporary
# files is led to where nginx's own package keeps them.
FROM localhost/tour-loan-trixie
RUN groupadd --system --gid 101 nginx \
    && useradd --system --gid nginx --home-dir /nonexistent --shell /bin/false --uid 101 nginx \
    && apt-get update && apt-get install -y --no-install-recommends curl nginx-light \
    && rm -rf /var/lib/apt/lists/* /var/lib/nginx /etc/nginx/modules-enabled \
    && mkdir -p /var/cache/nginx && ln -s /var/cache/nginx /var/lib/nginx \
    && ln -sf /dev/stderr /var/log/nginx/error.log
STOPSIGNAL SIGTERM
CMD ["nginx", "-g", "daemon off;"]
