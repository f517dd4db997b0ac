#!/bin/sh
# A scanner as storage.scan wants one: the file on the standard input; 0 is clean, 1
# is found, everything else is a failure.
body=$(cat)
case "$body" in
*EICAR*) exit 1 ;;
*BROKEN*) exit 2 ;;
esac
