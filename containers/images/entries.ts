import type { CatalogueEntry } from "./entry.js";

const SHELL_IS_REAL = "Debian's static busybox, with every applet it has";

/** What Lectern can play. Tags are those that there have been; a tag that never was is one that cannot be pulled. */
export const ENTRIES: readonly CatalogueEntry[] = [
  {
    name: "busybox",
    repositories: [
      "docker.io/library/busybox",
      "registry.k8s.io/busybox",
      "registry.k8s.io/e2e-test-images/busybox",
    ],
    tags: {
      words: ["latest", "stable", "unstable"],
      minors: { 1: [21, 37] },
      variants: ["glibc", "musl", "uclibc"],
    },
    newest: "1.37.0",
    layers: ["base"],
    entrypoint: [],
    command: ["sh"],
    isReal: SHELL_IS_REAL,
    isPlayed: "the version: it is always Debian's",
    isRefused: "",
  },
  {
    name: "alpine",
    repositories: ["docker.io/library/alpine"],
    tags: { words: ["latest", "edge"], minors: { 3: [1, 23] } },
    newest: "3.22.2",
    layers: ["base", "alpine"],
    entrypoint: [],
    command: ["/bin/sh"],
    isReal: SHELL_IS_REAL,
    isPlayed: "`/etc/os-release`; programs are linked to glibc, not musl",
    isRefused: "`apk`, which says that there are no packages",
  },
  {
    name: "registry.k8s.io/pause",
    repositories: ["registry.k8s.io/pause", "k8s.gcr.io/pause", "gcr.io/google_containers/pause"],
    tags: { words: ["latest", "2.0"], minors: { 3: [0, 10] } },
    newest: "3.10.1",
    layers: ["base", "pause"],
    entrypoint: ["/pause"],
    command: [],
    user: 65535,
    isReal: "it waits, and ends at once when it is told to",
    isPlayed: "the program; there is a shell beside it",
    isRefused: "",
  },
];
