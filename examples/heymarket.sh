#!/bin/sh
# Heymarket's API with curl: create a contact, get it by its number. It ends with 0 when it is there.
#
#   linebook demo &                 # or give HEYMARKET_URL and HEYMARKET_API_KEY of an account of yours
#   sh examples/heymarket.sh
set -eu

url=${HEYMARKET_URL:-http://127.0.0.1:8420}
key=${HEYMARKET_API_KEY:-demo-team-key}

call() {
    curl --silent --show-error --fail-with-body -H "Authorization: Bearer $key" -H 'Content-Type: application/json' "$@"
}

call "$url/v1/contact" -d '{"phone": "12065550100", "first": "Ada", "last": "Lovelace"}'
echo
contact=$(call "$url/v1/contact/get" -d '{"phone": "12065550100"}')
echo "$contact"

case $contact in
*'"first":"Ada"'*) echo "heymarket: the contact is there" ;;
*) echo "heymarket: another contact came back" >&2 && exit 1 ;;
esac
