#!/bin/sh
# Sell something: open a Checkout Session, send the buyer to its url, wait for the money.
#     CHECKOUT_URL=http://127.0.0.1:8000 sh buy.sh poster-usd 2
set -eu
api="${CHECKOUT_URL:-http://127.0.0.1:8000}/api/v1/checkout-sessions"
cart="{\"items\": [{\"price\": \"$1\", \"quantity\": $2}]}"
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')   # one cart, one key

answer=$(mktemp) heads=$(mktemp)
trap 'rm -f "$answer" "$heads"' EXIT
# --retry repeats after 429 and 5xx and honours Retry-After; the key makes that safe.
ask() { curl -sS --fail-with-body --retry 5 -D "$heads" -o "$answer" "$@" || { cat "$answer"; exit 1; }; }
# The first field of that name. jq reads JSON better; this needs nothing but sed.
field() { tr ',{}' '\n\n\n' < "$answer" | sed -n "s/^ *\"$1\": *\"*\([^\"]*\)\"*$/\1/p" | head -n 1; }

ask "$api" -H 'Content-Type: application/json' -H "Idempotency-Key: $key" -d "$cart"
session=$(field id)
echo "Send the buyer to $(field url)"

ask "$api/$session"
while [ "$(field final)" != true ]; do
  sleep "$(tr -d '\r' < "$heads" | sed -n 's/^[Rr]etry-[Aa]fter: //p' | tail -n 1)"
  ask "$api/$session"
done
cat "$answer"
