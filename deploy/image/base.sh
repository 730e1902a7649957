#!/bin/sh
# usage: base.sh BUILDAH...   makes the three images that Containerfile starts from, under the names it uses, out of Debian's packages,
# npm's Node and this machine's Go: for machines that reach package registries and no image registry. BUILDAH is the command with its
# storage options. What exists already is left as it is.
set -eu
debian=debian:bookworm-slim node=node:24-bookworm-slim golang=golang:1.26-bookworm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { "$@" >/dev/null 2>&1; }

# What Debian's own slim image leaves out, and the sources this machine has.
debian_archive() {
  mmdebstrap --quiet --variant=minbase --include=ca-certificates \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    bookworm "$1" /etc/apt/sources.list.d/debian.sources
}

if ! has "$@" inspect --type image "localhost/$debian"; then
  debian_archive "$work/debian.tar"
  made=$("$@" from scratch)
  "$@" add --quiet "$made" "$work/debian.tar" / >/dev/null
  "$@" config --cmd bash "$made"
  "$@" commit --quiet --rm "$made" "localhost/$debian" >/dev/null
fi

if ! has "$@" inspect --type image "localhost/$node"; then
  (cd "$work" && npm init --yes >/dev/null && npm install --no-audit --no-fund --silent node@24 npm@11)
  made=$("$@" from --pull-never "localhost/$debian")
  "$@" copy --quiet "$made" "$(find "$work/node_modules" -path '*/bin/node' -type f | head -n 1)" /usr/local/bin/node >/dev/null
  "$@" copy --quiet "$made" "$work/node_modules/npm" /usr/local/lib/node_modules/npm >/dev/null
  "$@" run --isolation chroot "$made" -- ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  "$@" run --isolation chroot "$made" -- ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
  "$@" config --cmd node "$made"
  "$@" commit --quiet --rm "$made" "localhost/$node" >/dev/null
fi

if ! has "$@" inspect --type image "localhost/$golang"; then
  made=$("$@" from --pull-never "localhost/$debian")
  "$@" copy --quiet "$made" "$(go env GOROOT)" /usr/local/go >/dev/null
  "$@" config --env PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --env GOPATH=/go --env GOTOOLCHAIN=local "$made"
  "$@" commit --quiet --rm "$made" "localhost/$golang" >/dev/null
fi
