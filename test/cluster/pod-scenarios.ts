import { type Scenario, FOREVER, RESTARTS, WAITING, once, pod, ready, say, shell } from "./scenario.js";

const ENDS: Record<string, Scenario> = {
  "an end with success": once("exit 0"),
  "an end without": once("exit 7"),
  "an end by a signal of its own": once("kill -9 $$"),
  "an end by SIGTERM": once("kill -TERM $$; sleep 5"),
  "a program that is not there": {
    ...once("", { container: { command: ["/nothing"] } }),
    hasOwnErrors: true,
  },
  "a crash again and again": {
    objects: [pod([shell("echo crash; exit 9")])],
    until: { path: WAITING, value: /CrashLoopBackOff/ },
    asks: [
      ["logs", "it"],
      ["logs", "-p", "it"],
    ],
  },
  "an end that is no crash, again and again": {
    objects: [pod([shell("exit 0")])],
    until: { path: WAITING, value: /CrashLoopBackOff/ },
  },
  "a restart on failure alone": {
    objects: [pod([shell("exit 1")], { restartPolicy: "OnFailure" })],
    until: { path: WAITING, value: /CrashLoopBackOff/ },
  },
  "success is no failure": once("exit 0", { spec: { restartPolicy: "OnFailure" } }),
  "a deadline": once(FOREVER, { spec: { activeDeadlineSeconds: 3 } }),
};

const STARTS: Record<string, Scenario> = {
  "an init container that fails for good": once(
    "true",
    { spec: { initContainers: [shell("exit 6", { name: "first" })] } },
    ["logs", "it", "-c", "first"],
  ),
  "an init container that fails again and again": {
    objects: [pod([shell(FOREVER)], { initContainers: [shell("exit 6", { name: "first" })] })],
    until: { path: "{.status.initContainerStatuses[0].state.waiting.reason}", value: /CrashLoopBackOff/ },
  },
  "a hook after the start": ready([say("cat /tmp/hook")], {
    container: { lifecycle: { postStart: { exec: { command: ["sh", "-c", "echo hook >/tmp/hook"] } } } },
  }),
};

const probe = (action: object, more: object = {}): object => ({
  ...action,
  periodSeconds: 1,
  failureThreshold: 2,
  ...more,
});
const SERVER = "mkdir /www; echo page >/www/index.html; exec httpd -f -p 8080 -h /www";
const notReady = (container: object, line = FOREVER): Scenario => ({
  objects: [pod([shell(line, container)])],
  until: {
    path: '{.status.phase} {.status.conditions[?(@.type=="Ready")].reason} {.status.containerStatuses[0].started}',
    value: /^Running ContainersNotReady true$/,
  },
});

/** A pod that gets ready in the end. */
const patient = (...words: Parameters<typeof ready>): Scenario => ({
  ...ready(...words),
  mayFailFirst: true,
});

const PROBES: Record<string, Scenario> = {
  "a command that says ready": patient([], {
    container: { readinessProbe: probe({ exec: { command: ["true"] } }) },
  }),
  "a command that does not": notReady({ readinessProbe: probe({ exec: { command: ["false"] } }) }),
  "a page that says ready": patient([say("wget -q -O - http://127.0.0.1:8080/")], {
    line: SERVER,
    container: { readinessProbe: probe({ httpGet: { port: 8080, path: "/" } }) },
  }),
  "a page that is not there": notReady(
    { readinessProbe: probe({ httpGet: { port: 8080, path: "/none" } }) },
    SERVER,
  ),
  "a port that says ready": patient([], {
    line: SERVER,
    container: { readinessProbe: probe({ tcpSocket: { port: 8080 } }) },
  }),
  "a port that refuses": notReady({ readinessProbe: probe({ tcpSocket: { port: 8081 } }) }),
  "a port by its name": patient([], {
    line: SERVER,
    container: {
      ports: [{ name: "web", containerPort: 8080 }],
      readinessProbe: probe({ httpGet: { port: "web" } }),
    },
  }),
  "a life that a probe ends": {
    objects: [pod([shell(FOREVER, { livenessProbe: probe({ exec: { command: ["false"] } }) })])],
    until: { path: RESTARTS, value: /^[1-9]/ },
  },
  "a life that a page ends": {
    objects: [pod([shell(SERVER, { livenessProbe: probe({ httpGet: { port: 8080, path: "/none" } }) })])],
    until: { path: RESTARTS, value: /^[1-9]/ },
  },
  "a start that takes too long": {
    objects: [pod([shell(FOREVER, { startupProbe: probe({ exec: { command: ["false"] } }) })])],
    until: { path: RESTARTS, value: /^[1-9]/ },
  },
  "a start that a probe waits for": patient([], {
    line: `sleep 2; touch /tmp/up; ${FOREVER}`,
    container: {
      startupProbe: probe({ exec: { command: ["test", "-e", "/tmp/up"] } }, { failureThreshold: 60 }),
    },
  }),
};

function job(line: string, more: object = {}, until = /Complete|Failed/, pods: object = {}): Scenario {
  const template = {
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 1,
      // As in `pod`: a kubelet tells by FailedMount of a token's volume that it looks at once more after its pod has ended.
      automountServiceAccountToken: false,
      containers: [shell(line)],
      ...pods,
    },
  };
  return {
    objects: [{ apiVersion: "batch/v1", kind: "Job", metadata: { name: "it" }, spec: { template, ...more } }],
    until: { path: '{.status.conditions[?(@.status=="True")].type}', value: until },
  };
}

const JOBS: Record<string, Scenario> = {
  "a Job": job("echo done"),
  "a Job that fails at once": job("exit 3", { backoffLimit: 0 }),
  "a Job of three, two at a time": job("sleep 1", { completions: 3, parallelism: 2 }),
  "a Job whose pods have numbers": job("exit $((JOB_COMPLETION_INDEX - JOB_COMPLETION_INDEX))", {
    completions: 2,
    parallelism: 2,
    completionMode: "Indexed",
  }),
  "a Job with a deadline": job("sleep 60", { activeDeadlineSeconds: 3 }),
  "a Job that gives up by its policy": job("exit 42", {
    backoffLimit: 4,
    podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [42] } }] },
  }),
};

/** How pods start, are looked at and end, by name. */
export const POD_SCENARIOS: Record<string, Scenario> = { ...ENDS, ...STARTS, ...PROBES, ...JOBS };
