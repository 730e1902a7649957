import { type Scenario, FOREVER, PHASE, RESTARTS, once, pod, ready, shell } from "./scenario.js";

const NEVER = { restartPolicy: "Never" };
/** A container that starts before the others and stays beside them. */
const sidecar = (line: string, more: object = {}): object =>
  shell(line, { name: "side", restartPolicy: "Always", ...more });

const INITS: Record<string, Scenario> = {
  "the log of an init container": once(
    "echo then",
    { spec: { initContainers: [shell("echo first", { name: "first" })] } },
    ["logs", "it", "-c", "first"],
    ["logs", "it"],
    ["logs", "it", "--all-containers"],
  ),
  "init containers one after the other": once(
    "cat /v/order",
    {
      container: { volumeMounts: [{ name: "v", mountPath: "/v" }] },
      spec: {
        volumes: [{ name: "v", emptyDir: {} }],
        initContainers: ["one", "two", "three"].map((name) =>
          shell(`echo ${name} >>/v/order`, { name, volumeMounts: [{ name: "v", mountPath: "/v" }] }),
        ),
      },
    },
    ["logs", "it", "-c", "main"],
  ),
  "two containers of which one fails": {
    objects: [pod([shell("exit 0", { name: "good" }), shell("exit 4", { name: "bad" })], NEVER)],
    until: { path: PHASE, value: /^Failed$/ },
  },
  "two containers of which one goes on": {
    objects: [pod([shell("exit 4", { name: "bad" }), shell(FOREVER, { name: "good" })], NEVER)],
    until: {
      path: '{.status.containerStatuses[?(@.name=="bad")].state.terminated.exitCode}',
      value: /^4$/,
    },
  },
};

const SIDECARS: Record<string, Scenario> = {
  "a sidecar beside a container": ready([["logs", "it", "-c", "side"]], {
    spec: { initContainers: [sidecar(`echo beside; ${FOREVER}`)] },
  }),
  "a sidecar that ends after the others": once("sleep 1", {
    spec: { initContainers: [sidecar(FOREVER)] },
  }),
  "a sidecar after a container that failed": once("sleep 1; exit 5", {
    spec: { initContainers: [sidecar(FOREVER)] },
  }),
  "a sidecar that starts again": {
    objects: [pod([shell(FOREVER)], { initContainers: [sidecar("sleep 1; exit 3")] })],
    until: { path: RESTARTS.replace("container", "initContainer"), value: /^[1-9]/ },
  },
  "a sidecar that is waited for": {
    ...ready([], {
      spec: {
        initContainers: [
          sidecar(`sleep 2; touch /tmp/up; ${FOREVER}`, {
            startupProbe: {
              exec: { command: ["test", "-e", "/tmp/up"] },
              periodSeconds: 1,
              failureThreshold: 60,
            },
          }),
        ],
      },
    }),
    mayFailFirst: true,
  },
};

const MESSAGE = "{.status.containerStatuses[0].state.terminated.message}";
const told = (line: string, container: object = {}): Scenario =>
  once(line, { container }, ["get", "pod", "it", "-o", `jsonpath=${MESSAGE}`]);
const FROM_LOG = { terminationMessagePolicy: "FallbackToLogsOnError" };

const MESSAGES: Record<string, Scenario> = {
  "a message of an end": told("echo because >/dev/termination-log; exit 3"),
  "a message of an end with success": told("echo done >/dev/termination-log"),
  "a message in a file of its own": told("echo because >/tmp/why; exit 3", {
    terminationMessagePath: "/tmp/why",
  }),
  "a message of the log": told("for n in $(seq 100); do echo line $n; done; exit 3", FROM_LOG),
  "a message before the log": told("echo because >/dev/termination-log; echo line; exit 3", FROM_LOG),
  "no message of the log of a success": told("echo line", FROM_LOG),
  "a message that is too long": told("seq 5000 >/dev/termination-log; exit 3"),
  "messages of many containers": {
    objects: [
      pod(
        ["a", "b", "c", "d"].map((name) => shell("seq 2000 >/dev/termination-log; exit 3", { name })),
        NEVER,
      ),
    ],
    until: { path: PHASE, value: /^Failed$/ },
  },
  "a message of a log that is too long": told("seq 5000; exit 3", FROM_LOG),
};

/** Containers beside and before others, and what they leave behind as their last word, by name. */
export const COMPANION_SCENARIOS: Record<string, Scenario> = { ...INITS, ...SIDECARS, ...MESSAGES };
