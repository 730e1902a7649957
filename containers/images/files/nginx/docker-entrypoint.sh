#!/bin/sh
case $1 in
nginx | nginx-debug) echo "$0: Configuration complete; ready for start up" ;;
esac
exec "$@"
