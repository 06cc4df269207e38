#!/bin/sh
# What a merchant's backend does with an API key: list orders, give money back, cancel.
#     export CHECKOUT_URL=http://127.0.0.1:8000 CHECKOUT_API_KEY=development-api-key
#     sh backend.sh list paid | refund ord_... 1000 | cancel ord_...
set -eu
orders="${CHECKOUT_URL:-http://127.0.0.1:8000}/api/v1/orders"
ask() { curl -sS --fail-with-body --retry 5 -H "Authorization: Bearer $CHECKOUT_API_KEY" "$@"; }

case $1 in
  list) ask "$orders?status=$2&limit=100" ;;
  # The key allows one such refund of that amount, however often the script runs.
  refund) ask "$orders/$2/refunds" -H "Idempotency-Key: refund-$2-$3" \
    -H 'Content-Type: application/json' -d "{\"amount\": $3}" ;;
  cancel) ask -X POST "$orders/$2/cancel" ;;
  *) sed -n '2,4p' "$0"; exit 2 ;;
esac
