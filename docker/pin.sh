#!/bin/sh
# Print what docker/.env should hold so that every base image is one exact image: those
# that compose.yaml names (or docker/.env by now), as the registry has them today.
#   docker/pin.sh >> docker/.env        the last line of a name wins
# Look at what is new before you pin it: make containers, docs/admin.md (Upgrade).
set -eu
cd "$(dirname "$0")"
sed -n 's/.*${\([A-Z]*_IMAGE\):-\([^}]*\)}.*/\1 \2/p' compose.yaml | while read -r name image; do
    docker pull --quiet "$image" > /dev/null
    digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image" |
        sed -n 's/.*@\(sha256:[0-9a-f]\{64\}\)$/\1/p' | head -n 1)
    [ -n "$digest" ] || { echo "no digest of $image" >&2; exit 1; }
    echo "$name=$image@$digest"
done
