#!/bin/sh
# usage: node.sh BASE NAME PAUSE   makes the namespaces of one node and its folder BASE/NAME, prints the process that holds them
# and their control group, and takes all of it away when standard input closes, however whoever held its other end came to its end.
# What earlier nodes left that were killed together with their node.sh goes first.
set -eu
base=$1 name=$2 pause=$3
here=$(dirname "$0")

# Memory groups may be made below our own one only; a kubelet wants one path for all controllers.
own_group() { awk -F: '$2 == "memory" && $3 != "/" { print $3 }' /proc/self/cgroup; }
hierarchies() { awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/mounts; }

# Makes a group of that path in every hierarchy, and lists what it had to make above it, which the last node takes away.
make_groups() {
  for hierarchy in $(hierarchies); do
    # Without controllers of its own it is left to runc.
    [ "${hierarchy##*/}" != unified ] || continue
    made=$hierarchy
    for part in $(echo "$1" | tr / ' '); do
      made=$made/$part
      [ -d "$made" ] || { mkdir "$made" && echo "$made"; }
      # A set of processors and of memory nodes must be named before a group takes processes.
      for set in cpuset.cpus cpuset.mems; do
        [ ! -f "$made/$set" ] || [ -n "$(cat "$made/$set")" ] || cat "$made/../$set" >"$made/$set"
      done
    done
    [ ! -f "$hierarchy/cgroup.subtree_control" ] || echo "+cpu +cpuset +memory +pids" >"$hierarchy/cgroup.subtree_control"
  done
}

# Killed processes leave their groups a moment later.
remove_groups() {
  tries=0
  while groups=$(find $(hierarchies) -type d \( -name "$1" -o -path "*/$1/*" \) 2>/dev/null); [ -n "$groups" ]; do
    echo "$groups" | sort -r | xargs -r rmdir 2>/dev/null || sleep 0.1
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "control groups of $1 cannot be removed, since they have processes" >&2; return; }
  done
  [ -f "$base/groups" ] || return 0
  sort -r "$base/groups" | xargs -r rmdir 2>/dev/null || true
  xargs -r ls -d <"$base/groups" 2>/dev/null >"$base/groups.left" || true
  mv "$base/groups.left" "$base/groups"
}

remove_node() {
  remove_groups "$1"
  rm -rf "${base:?}/$1"
}

mkdir -p "$base"
exec 8>"$base/lock"
flock 8
for folder in "$base"/*/; do
  [ -d "$folder" ] || continue
  left=$(basename "$folder")
  flock --nonblock "$folder/lock" true && remove_node "$left"
done
mkdir -m 0711 "$base/$name"
exec 9>"$base/$name/lock"
flock 9
group=$(own_group)/$name
make_groups "$group" >>"$base/groups"
exec 8>&-

# The lock stays with what holds the namespaces, and with no program that is started in them.
unshare --mount --net --ipc --pid --fork --kill-child "$here/namespaces.sh" "$base/$name" "$group" "$pause" || true
exec 8>"$base/lock"
flock 8
remove_node "$name"
