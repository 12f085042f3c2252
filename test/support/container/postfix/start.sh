#!/bin/sh
# Postfix in the foreground. MAIN_CF has lines over those of the image. STOP_AFTER: for how many seconds it goes on
# taking mail after SIGTERM, as one does that ends in an orderly way.
set -eu

printf '%s\n' "${MAIN_CF:-}" | while IFS= read -r line; do
  if [ -n "$line" ]; then postconf -e "$line"; fi
done
# Postfix waits up to two seconds for a fresh main.cf "to cool down".
touch -d 2000-01-01 /etc/postfix/main.cf

trap 'sleep "${STOP_AFTER:-0}"; postfix stop' TERM
postfix start-fg &
master=$!
while kill -0 "$master" 2>/dev/null; do
  wait "$master" || true
done
