#!/bin/sh
# usage: spdx.sh NAME <LINES   writes an SPDX document of the packages on the lines "name version purl" of its input.
set -eu
printf '{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"%s",' "$1"
printf '"documentNamespace":"urn:lectern:%s","creationInfo":{"created":"1970-01-01T00:00:00Z","creators":["Tool: spdx.sh"]},"packages":[' "$1"
sort -u | awk '{
  printf "%s{\"SPDXID\":\"SPDXRef-%d\",\"name\":\"%s\",\"versionInfo\":\"%s\",\"downloadLocation\":\"NOASSERTION\",", (NR > 1 ? "," : ""), NR, $1, $2
  printf "\"externalRefs\":[{\"referenceCategory\":\"PACKAGE-MANAGER\",\"referenceType\":\"purl\",\"referenceLocator\":\"%s\"}]}", $3
}'
printf ']}\n'
