#!/bin/sh
# Zipwhip's API with curl: log in, save a contact, get it back. It ends with 0 when the contact is there.
#
#   linebook demo &                 # or give ZIPWHIP_URL, ZIPWHIP_USERNAME and ZIPWHIP_PASSWORD of an account of yours
#   sh examples/zipwhip.sh
set -eu

url=${ZIPWHIP_URL:-http://127.0.0.1:8420}
username=${ZIPWHIP_USERNAME:-5556661234}
password=${ZIPWHIP_PASSWORD:-mypassword}

call() { curl --silent --show-error --fail-with-body "$@"; }

login=$(call "$url/user/login" --data-urlencode "username=$username" --data-urlencode "password=$password")
session=$(printf %s "$login" | sed 's/.*"response":"\([^"]*\)".*/\1/')

call "$url/contact/save" -d session="$session" -d mobileNumber=2065550100 -d firstName=Ada -d lastName=Lovelace
echo
contact=$(call "$url/contact/get" -d session="$session" -d mobileNumber=2065550100)
echo "$contact"

case $contact in
*'"firstName":"Ada"'*'"mobileNumber":"2065550100"'*) echo "zipwhip: the contact is there" ;;
*) echo "zipwhip: another contact came back" >&2 && exit 1 ;;
esac
