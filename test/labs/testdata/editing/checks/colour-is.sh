#!/bin/sh
grep -q "colour: $1" shop.yaml || { echo "The colour is not $1 yet."; exit 1; }
