#!/bin/sh
# inwise's API with curl: create a contact from a local mobile number, read it by its id. It ends with 0 when it is there.
#
#   linebook demo &                 # or give INWISE_URL (with /rest/v1) and INWISE_API_KEY of an account of yours
#   sh examples/inwise.sh
set -eu

url=${INWISE_URL:-http://127.0.0.1:8420/rest/v1}
key=${INWISE_API_KEY:-0123456789abcdef0123456789abcdef}

call() { curl --silent --show-error --fail-with-body -H "X-API-Key: $key" -H 'Content-Type: application/json' "$@"; }

answer=$(call "$url/contacts" -d '{
  "mobile_number": "0501234500",
  "trim_mobile_number_leading_zero": true,
  "add_default_country_to_mobile_number_only_if_not_exists": true,
  "mobile_number_default_country_code": "972",
  "fields": [{"name": "field1", "content": "Ada"}, {"name": "field2", "content": "Lovelace"}],
  "confirmation_status": "confirmed"
}')
echo "$answer"
id=$(printf %s "$answer" | sed 's/[^0-9]*\([0-9]*\).*/\1/')

contact=$(call "$url/contacts/$id")
echo "$contact"

case $contact in
*'"mobile_number":"972501234500"'*'"content":"Ada"'*) echo "inwise: the contact is there" ;;
*) echo "inwise: another contact came back" >&2 && exit 1 ;;
esac
