#!/bin/sh
# As the original's: options go to curl, and what is a program is run.
if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ]; then set -- curl "$@"; fi
exec "$@"
