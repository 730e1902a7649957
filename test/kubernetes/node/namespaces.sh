#!/bin/sh
# usage: namespaces.sh FOLDER CGROUP PAUSE   prepares the namespaces it is started in for a node that keeps its files in FOLDER,
# prints its own process id and control group, and becomes the process that holds them.
set -eu
folder=$1 group=$2 pause=$3
# The /proc of whoever started us is still there, so this is the id they know us by.
read -r pid rest </proc/self/stat

mount -t proc proc /proc
# What containers mount must be seen by the kubelet; nothing of it by the machine, whose mounts are no longer our peers.
mount --make-rshared /
# Fixed places of the kubelet, containerd, runc, CNI plugins and iptables.
for place in /run /var/log /var/lib; do
  mount -t tmpfs -o mode=0755 tmpfs "$place"
done
mkdir -p /run/lock /run/netns

# What the kubelet insists on of the whole machine: it finds it set and leaves the machine's own values alone.
mkdir "$folder/sysctl"
pretend() {
  file=$folder/sysctl/$(basename "$1")
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1"
}
pretend vm/overcommit_memory 1
pretend vm/panic_on_oom 0
pretend kernel/panic 10
pretend kernel/panic_on_oops 1
pretend kernel/keys/root_maxkeys 1000000
pretend kernel/keys/root_maxbytes 25000000

ip link set lo up
ip link add node0 type bridge
ip address add 10.99.0.1/24 dev node0
ip link set node0 up
# Addresses of Services lead nowhere until the packet filter has changed them, and without a route nothing comes to it.
ip route add 10.96.0.0/16 dev node0
echo 1 >/proc/sys/net/ipv4/ip_forward

echo "$pid $group"
exec "$pause" -until-input-closes
