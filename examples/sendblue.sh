#!/bin/sh
# Sendblue's API with curl: create or update a contact, read it by its number. It ends with 0 when it is there.
#
#   linebook demo &                 # or give the three variables of Sendblue's own clients, as below
#   sh examples/sendblue.sh
set -eu

url=${SENDBLUE_API_BASE_URL:-http://127.0.0.1:8420}
key=${SENDBLUE_API_API_KEY:-demo-key}
secret=${SENDBLUE_API_API_SECRET:-demo-secret}

call() {
    curl --silent --show-error --fail-with-body -H "sb-api-key-id: $key" -H "sb-api-secret-key: $secret" \
        -H 'Content-Type: application/json' "$@"
}

call "$url/api/v2/contacts" -d '{
  "number": "+12065550100", "first_name": "Ada", "last_name": "Lovelace", "tags": ["vip"], "update_if_exists": true
}'
echo
contact=$(call "$url/api/v2/contacts/+12065550100")
echo "$contact"

case $contact in
*'"first_name":"Ada"'*) echo "sendblue: the contact is there" ;;
*) echo "sendblue: another contact came back" >&2 && exit 1 ;;
esac
