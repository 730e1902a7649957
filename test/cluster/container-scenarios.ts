import { type Scenario, FOREVER, PHASE, READY, exec, once, pod, ready, say, shell } from "./scenario.js";
import { CLIENT_SCENARIOS } from "./client-scenarios.js";
import { COMPANION_SCENARIOS } from "./companion-scenarios.js";
import { POD_SCENARIOS } from "./pod-scenarios.js";

/** A runtime reads both streams, each by itself. */
const THREE = "echo one; echo two; sleep 1; echo three >&2";
const SETTINGS = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings" },
  data: { colour: "green", size: "3" },
};
const KEY = { apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, stringData: { word: "open" } };
const files = (source: object, mount: object = {}): object => ({
  container: { volumeMounts: [{ name: "v", mountPath: "/v", ...mount }] },
  spec: { volumes: [{ name: "v", ...source }] },
  others: [SETTINGS, KEY],
});

/** A container that sees a part of an empty volume, with a variable that its path may hold. */
const partly = (mount: object, value: string): { container: object; spec: object } => ({
  container: {
    env: [
      { name: "WORD", value },
      { name: "UP", value },
    ],
    volumeMounts: [{ name: "v", mountPath: "/v", ...mount }],
  },
  spec: { volumes: [{ name: "v", emptyDir: {} }] },
});
const WAITING = "{.status.containerStatuses[0].state.waiting.reason}";
const waiting = (mount: object, value = "it"): Scenario => {
  const { container, spec } = partly(mount, value);
  return {
    objects: [pod([shell(FOREVER, container)], spec)],
    until: { path: WAITING, value: /^CreateContainerConfigError$/ },
    asks: [["get", "pod", "it", "-o", "jsonpath={.status.containerStatuses[0].state.waiting.message}"]],
  };
};
/** A container that sees a part of a volume in which another one was before it. */
const partOfVolume = (line: string, subPath: string): Scenario => {
  const before = shell(line, { name: "before", volumeMounts: [{ name: "v", mountPath: "/v" }] });
  const main = shell(`stat -L -c %F /v; ls -A /v; cat /v/file; ${FOREVER}`, {
    volumeMounts: [{ name: "v", mountPath: "/v", subPath }],
  });
  return {
    objects: [pod([main], { initContainers: [before], volumes: [{ name: "v", emptyDir: {} }] })],
    until: {
      path: `${WAITING}{.status.containerStatuses[0].state.running.startedAt}`,
      value: /^CreateContainerConfigError$|^20/,
    },
    asks: [
      ["logs", "it", "-c", "main"],
      ["get", "pod", "it", "-o", "jsonpath={.status.containerStatuses[0].state.waiting.message}"],
    ],
  };
};

const LOGS: Record<string, Scenario> = {
  "logs of both streams": once(THREE, {}, ["logs", "it"]),
  "the last line of a log": once(THREE, {}, ["logs", "it", "--tail=1"]),
  "no line of a log": once(THREE, {}, ["logs", "it", "--tail=0"]),
  "some bytes of a log": once(THREE, {}, ["logs", "it", "--limit-bytes=5"]),
  "a log by its container": once(THREE, {}, ["logs", "it", "-c", "main"]),
  "a log of a container that is not there": once(THREE, {}, ["logs", "it", "-c", "none"]),
  "logs by a label": once(THREE, {}, ["logs", "-l", "app=it", "--prefix"]),
  "a log that is followed to its end": once("for n in 1 2 3; do echo $n; sleep 1; done", {}, [
    "logs",
    "-f",
    "it",
  ]),
  "a log of the last hour": once(THREE, {}, ["logs", "it", "--since=1h"]),
  "a log since a time that is none": once(THREE, {}, ["logs", "it", "--since-time=never"]),
  "a log without an end of its line": once("printf words", {}, ["logs", "it"]),
  "a log of a long line": once("head -c 20000 /dev/zero | tr '\\0' x; echo", {}, ["logs", "it"]),
  "a log of nothing": once("true", {}, ["logs", "it"]),
  "a log before the last, where there is none": once(THREE, {}, ["logs", "it", "-p"]),
  "a log of a pod that is not there": once(THREE, {}, ["logs", "none"]),
  "logs of all containers": {
    objects: [
      pod([shell("echo a", { name: "a" }), shell("sleep 1; echo b", { name: "b" })], {
        restartPolicy: "Never",
      }),
    ],
    until: { path: PHASE, value: /^Succeeded$/ },
    asks: [
      ["logs", "it", "--all-containers", "--prefix"],
      ["logs", "it"],
    ],
  },
};

const COMMANDS: Record<string, Scenario> = {
  "a command": ready([exec("echo", "here")]),
  "a command that fails": ready([say("echo no >&2; exit 3")]),
  "a command that a signal ends": ready([say("kill -9 $$")]),
  "a command that is not there": { ...ready([exec("nothing-of-that-name")]), hasOwnErrors: true },
  "a command with its input": ready([
    { words: ["exec", "-i", "it", "--", "cat"], input: "line one\nline two\n" },
  ]),
  "a command in a container by name": ready([["exec", "it", "-c", "main", "--", "echo", "here"]]),
  "a command in a container that is not there": ready([["exec", "it", "-c", "none", "--", "true"]]),
  "a command in a pod that is not there": ready([["exec", "none", "--", "true"]]),
  "a command in a pod that has ended": once("true", {}, exec("true")),
  "a command with much output": ready([say("yes | head -c 1000000")]),
  "a command that counts its input": ready([
    { words: ["exec", "-i", "it", "--", "wc", "-c"], input: "x".repeat(300_000) },
  ]),
  "the first process": ready([say("tr '\\0' ' ' </proc/1/cmdline")], {
    line: "exec sleep 3600",
    container: { livenessProbe: undefined },
  }),
  "the name of a pod inside": ready([exec("hostname"), say("grep -c it /etc/hosts")]),
  "names that a pod gives to addresses": ready([say("grep -v '^10[.]' /etc/hosts")], {
    spec: { hostAliases: [{ ip: "192.0.2.7", hostnames: ["one.example", "two.example"] }] },
  }),
  "the full name of a pod": ready(
    [say("hostname | cut -d. -f1,2,4-; grep -c '^10.*\tit\\.db\\..*\tit$' /etc/hosts")],
    {
      spec: { subdomain: "db", setHostnameAsFQDN: true },
    },
  ),
  "the resolver of a pod": ready([say("grep -v nameserver /etc/resolv.conf")]),
  variables: ready([say("echo $GREETING $WHO; env | grep -c ^GREETING=")], {
    container: {
      env: [
        { name: "WHO", value: "you" },
        { name: "GREETING", value: "hello $(WHO)" },
      ],
    },
  }),
  "arguments with variables": once(
    "echo",
    { container: { command: ["echo"], args: ["$(A)", "$$(A)", "$(B)"], env: [{ name: "A", value: "1" }] } },
    ["logs", "it"],
  ),
  "variables of the pod": ready([say("echo $NAME $SPACE")], {
    container: {
      env: [
        ["NAME", "name"],
        ["SPACE", "namespace"],
      ].map(([name, field]) => ({ name, valueFrom: { fieldRef: { fieldPath: `metadata.${field}` } } })),
    },
  }),
  "variables of a ConfigMap and a Secret": ready([say("echo $colour $size $WORD")], {
    container: {
      envFrom: [{ configMapRef: { name: "settings" } }],
      env: [{ name: "WORD", valueFrom: { secretKeyRef: { name: "key", key: "word" } } }],
    },
    others: [SETTINGS, KEY],
  }),
  "limits as variables": ready([say("echo $CPU $MEMORY")], {
    container: {
      resources: { limits: { cpu: "200m", memory: "32Mi" } },
      env: [
        ["CPU", "limits.cpu"],
        ["MEMORY", "limits.memory"],
      ].map(([name, resource]) => ({ name, valueFrom: { resourceFieldRef: { resource } } })),
    },
  }),
  "a folder to work in": ready([exec("pwd")], { container: { workingDir: "/made/for/it" } }),
  "a user": ready([exec("id", "-u"), exec("id", "-g")], {
    container: { securityContext: { runAsUser: 1000, runAsGroup: 2000 } },
  }),
  "a user without a group": ready([exec("id", "-u"), exec("id", "-g")], {
    container: { securityContext: { runAsUser: 1000 } },
  }),
  "a folder of a volume to work in": ready([exec("pwd"), exec("ls", "-d", "/v/made/for/it")], {
    container: { workingDir: "/v/made/for/it", volumeMounts: [{ name: "v", mountPath: "/v" }] },
    spec: { volumes: [{ name: "v", emptyDir: {} }] },
  }),
  "a root that cannot be written": ready([say("touch /file 2>&1; echo $?")], {
    container: { securityContext: { readOnlyRootFilesystem: true } },
  }),
  "a folder that containers share": {
    objects: [
      pod(
        [
          shell(`echo from a >/shared/file; ${FOREVER}`, {
            name: "a",
            volumeMounts: [{ name: "v", mountPath: "/shared" }],
          }),
          shell(FOREVER, { name: "b", volumeMounts: [{ name: "v", mountPath: "/shared" }] }),
        ],
        { volumes: [{ name: "v", emptyDir: {} }] },
      ),
    ],
    until: { path: READY, value: /^True$/ },
    asks: [["exec", "it", "-c", "b", "--", "cat", "/shared/file"]],
  },
};

const FILES: Record<string, Scenario> = {
  "files of a ConfigMap": ready(
    [say("ls /v; cat /v/colour; readlink /v/colour; touch /v/x 2>&1")],
    files({ configMap: { name: "settings" } }),
  ),
  "one file of a ConfigMap, by another name": ready(
    [say("ls -R /v; cat /v/in/it")],
    files({ configMap: { name: "settings", items: [{ key: "colour", path: "in/it" }] } }),
  ),
  "a file by itself": ready(
    [say("cat /v")],
    files({ configMap: { name: "settings" } }, { subPath: "colour" }),
  ),
  "a folder of a volume, made where it is missing": ready(
    [say("ls -A /v; stat -c '%a %F' /v; touch /v/x && ls /v")],
    partly({ subPathExpr: "a/$(WORD)/$$b" }, "it"),
  ),
  "a key by itself that is not there": ready(
    [say("stat -c %F /v; ls -A /v")],
    files({ configMap: { name: "settings" } }, { subPath: "none" }),
  ),
  "one folder of several sources": ready(
    [say("ls -A /v; cat /v/it")],
    files(
      {
        projected: {
          sources: [{ configMap: { name: "settings", items: [{ key: "colour", path: "in/it" }] } }],
        },
      },
      { subPath: "in" },
    ),
  ),
  ...Object.fromEntries(
    [
      ["a link out of a volume", "ln -s /etc /v/part"],
      ["a link to nothing in a volume", "ln -s none /v/part"],
      ["a link that stays in a volume", "mkdir /v/in && ln -s in /v/part && echo here >/v/in/file"],
      ["a path in a volume that leads through a file", "touch /v/part", "part/more"],
      ["one file that another container made", "echo it >/v/part"],
    ].map(([name = "", line = "", subPath = "part"]) => [name, partOfVolume(line, subPath)]),
  ),
  "a path in a volume of a variable that is not there": waiting({ subPathExpr: "$(NONE)/$(NOT)" }),
  "a path out of a volume, by a variable": waiting({ subPathExpr: "$(UP)" }, "../x"),
  "a path of the machine, by a variable": waiting({ subPathExpr: "$(UP)" }, "/etc"),
  "files of a Secret, with a mode": ready(
    [say("cat /v/word; stat -L -c %a /v/word")],
    files({ secret: { secretName: "key", defaultMode: 0o440 } }),
  ),
  "a ConfigMap that may be missing": ready(
    [say("ls -A /v | grep -vc '^\\.\\.'")],
    files({ configMap: { name: "none", optional: true } }),
  ),
  "files of the pod": ready(
    [say("cat /v/labels /v/name")],
    files({
      downwardAPI: {
        items: [
          ["labels", "labels"],
          ["name", "name"],
        ].map(([path, field]) => ({ path, fieldRef: { fieldPath: `metadata.${field}` } })),
      },
    }),
  ),
  "files of several sources": ready(
    [say("ls /v; cat /v/colour /v/word")],
    files({ projected: { sources: [{ configMap: { name: "settings" } }, { secret: { name: "key" } }] } }),
  ),
  "files that are copied into a pod and out of it": ready([
    { words: ["exec", "-i", "it", "--", "sh", "-c", "mkdir -p /in && tar xf - -C /in 2>&1"], input: "" },
    ["cp", "/etc/hostname", "it:/tmp/copied"],
    say("test -s /tmp/copied && echo there"),
    ["cp", "/etc/hostname", "it:/none/there/copied"],
  ]),
};

/** All of them, by name. */
export const SCENARIOS: Record<string, Scenario> = {
  ...LOGS,
  ...COMMANDS,
  ...FILES,
  ...POD_SCENARIOS,
  ...COMPANION_SCENARIOS,
  ...CLIENT_SCENARIOS,
};
