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
    name: "nginx",
    repositories: ["docker.io/library/nginx"],
    tags: {
      words: ["latest", "stable", "mainline"],
      minors: { 1: [7, 29] },
      variants: [
        "alpine",
        "alpine-slim",
        "alpine-perl",
        "perl",
        "otel",
        "bookworm",
        "trixie",
        "bullseye",
        "buster",
      ],
    },
    newest: "1.29.3",
    layers: ["base", "http", "nginx"],
    entrypoint: ["/docker-entrypoint.sh"],
    command: ["nginx", "-g", "daemon off;"],
    env: (version) => [["NGINX_VERSION", version]],
    ports: [80],
    isReal:
      "files below `root`, `index`, status codes, redirects of folders, access log and `[emerg]` lines, `nginx -t`, `nginx -s reload`",
    isPlayed:
      "the server: `listen`, `server_name`, `root`, `alias`, `index`, `location`, `try_files`, `return`, `error_page`, `autoindex`, `add_header`, `default_type`, `allow`, `deny`; one process for each connection",
    isRefused:
      "every directive that would have to do something else (`proxy_pass`, `rewrite`, `if`, TLS ...): the server ends at its start with `[emerg]` and status 1",
  },
  {
    name: "httpd",
    repositories: ["docker.io/library/httpd"],
    tags: {
      words: ["latest", "2"],
      minors: { 2: [4, 4] },
      variants: ["alpine", "bookworm", "trixie", "bullseye"],
    },
    newest: "2.4.65",
    layers: ["base", "http", "httpd"],
    entrypoint: [],
    command: ["httpd-foreground"],
    env: (version) => [
      ["HTTPD_PREFIX", "/usr/local/apache2"],
      ["HTTPD_VERSION", version],
    ],
    workingDir: "/usr/local/apache2",
    ports: [80],
    isReal: "files below `DocumentRoot`, status codes, access log in the common format",
    isPlayed:
      "the server: `Listen`, `ServerName`, `DocumentRoot`, `DirectoryIndex`; one process for each connection",
    isRefused:
      "every directive that would have to do something else: the server ends at its start with `AH00526` and status 1",
  },
  {
    name: "hashicorp/http-echo",
    repositories: ["docker.io/hashicorp/http-echo"],
    tags: { words: ["latest", "alpine", "0.2.1", "0.2.3", "1.0", "1.0.0"] },
    newest: "1.0.0",
    layers: ["base", "http", "http-echo"],
    entrypoint: ["/http-echo"],
    command: [],
    user: 65532,
    ports: [5678],
    isReal: "`-text`, `-listen`, `-status-code`, the environment variable `ECHO_TEXT`",
    isPlayed: "the server; there is a shell beside it",
    isRefused: "other options, with the usage and status 2",
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
  {
    name: "registry.k8s.io/e2e-test-images/agnhost",
    repositories: ["registry.k8s.io/e2e-test-images/agnhost", "k8s.gcr.io/e2e-test-images/agnhost"],
    tags: { words: [], minors: { 2: [0, 59] } },
    newest: "2.59.0",
    layers: ["base", "http", "agnhost"],
    entrypoint: ["/agnhost"],
    command: ["pause"],
    isReal:
      "`netexec` (`/`, `/hostname`, `/echo`, `/clientip`, `/header`, `/healthz`, `/exit`), `serve-hostname`, `pause`",
    isPlayed: "these verbs",
    isRefused: "every other verb, with a sentence and status 1",
  },
];
