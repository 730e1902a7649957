import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where Node runs; Chromium keeps the time-out of a joined signal. */
const FOLDERS = [
  "cluster",
  "containers",
  "kubernetes",
  "policy/node",
  "server",
  "terminal/node",
  "pods/node",
  "processes/node",
  "test",
  "workshop/node",
  "bench",
];

/** What ends waiting that no argument of the call ends, as the file itself has it. */
const WAITS: Record<string, [ends: RegExp, why: string]> = {
  "cluster/admission/webhooks/call-webhook.ts": [/AbortSignal\.timeout\(seconds/, "the webhook's own"],
  "cluster/node/container-action.ts": [/signal: deadline/, "the probe's or hook's own"],
  "cluster/streaming/proxy.ts": [
    /call\.signal\.addEventListener\("abort"/,
    "as long as its client waits, as in a real API server",
  ],
  "containers/node/ask-containers.ts": [/signal\.addEventListener\("abort"/, "the liveness probe's"],
  "containers/node/connect-runtime.ts": [
    /\}, answerMs\)/,
    "each call's; the stream of exits lasts until close",
  ],
  "containers/node/container-process.ts": [
    /performance\.now\(\) \+ START_MS/,
    "until it runs; a container runs as long as it does",
  ],
  "containers/node/ingress-forward.ts": [/setTimeout\(late, ANSWER_MS\)/, "until the pod answers"],
  "containers/node/read-only-machine.ts": [/START_SECONDS \* 1000/, "until it is mounted"],
  "kubernetes/node/bounded-http-library.ts": [
    /signal && \{ signal \}/,
    "set for every call by pooled-kube-config.ts",
  ],
  "kubernetes/node/credentials.ts": [/endGroup\(child\.pid\), CREDENTIALS_MS/, "the program's"],
  "kubernetes/node/kubernetes-client.ts": [
    /withDeadline\(CALL_TIMEOUT_MS/,
    "each call's; a watch has its caller's",
  ],
  "kubernetes/node/port-forward.ts": [/signal\.addEventListener\("abort", late/, "until it is open"],
  "kubernetes/node/target-addresses.ts": [/resolver\.cancel\(\)/, "of all names together"],
  "pods/node/dial-tls.ts": [/AbortSignal\.timeout\(CONNECT_MS\)/, "until it is connected"],
  "server/database/postgres.ts": [
    /query_timeout: ANSWER_MS/,
    "each statement's, and connectionTimeoutMillis",
  ],
  "server/http/connection-check.ts": [/socket\.terminate\(\), openMs/, "the whole check's"],
  "server/ingress/ingress-connections.ts": [/DIAL_MS\)/, "until it is connected"],
  "server/ingress/ingress-proxy.ts": [/ANSWER_MS\);/, "until it answers; then as long as both sides speak"],
  "server/supervisor/own-cluster.ts": [/^ {4}signal,$/m, "the probe's"],
  "server/supervisor/supervised-process.ts": [
    /timeoutMs = START_TIMEOUT_MS/,
    "until it is ready, then liveness.ts",
  ],
  "terminal/browser/terminal-connection.ts": [/this\.#abandon\(\)/, "until it is open, then heartbeat.ts"],
  "terminal/node/confined-program.ts": [
    /releaseQuietPipes/,
    "the request's timeoutMs ends it in exec-socket.ts",
  ],
  "terminal/node/dial-host.ts": [/CONNECT_MS,\n/, "until it is connected"],
  "terminal/node/folder-remover.ts": [/timeout: REMOVAL_MS/, "each removal's"],
  "terminal/node/sandbox/agent-client.ts": [/\}, ANSWER_MS\)/, "each question's"],
  "terminal/node/sandbox/forwarder.ts": [/far\.setTimeout\(CONNECT_MS/, "until it is connected"],
  "terminal/node/sandbox/measure.ts": [/timeout: MEASURE_MS/, "each count's"],
  "terminal/node/sandbox/name-lookup.ts": [
    /timeout: LOOKUP_MS/,
    "a name server's; the system's lookup has resolv.conf(5)'s, and the connection that waits has its own",
  ],
  "terminal/node/sandbox/pod-membership.ts": [
    /PATIENCE_MS\)/,
    "whoever waits for it; the connection lasts as long as the session",
  ],
  "terminal/node/sandbox/run-confined.ts": [/timeout: 20_000/, "each program's"],
  "terminal/node/socket-path.ts": [/setTimeout\(PROBE_MS/, "until it is known who listens"],
  "terminal/node/viewer-sockets.ts": [/PING_MS\)/, "a page that does not answer a ping"],
  "workshop/browser/api/home-api.ts": [/AbortSignal\.timeout\(ANSWER_DEADLINE_MS\)/, "each call's"],
  "workshop/browser/api/recordings-api.ts": [/AbortSignal\.timeout\(ANSWER_DEADLINE_MS\)/, "each call's"],
  "workshop/browser/event/connection-check.ts": [/setTimeout\(close, DEADLINE_MS\)/, "the whole check's"],
  "workshop/browser/store/event-stream.ts": [
    /setTimeout\(retry, SILENCE_MS\)/,
    "a stream that is silent, from its first moment on",
  ],
  "workshop/node/revisions/git-origin.ts": [/withDeadline\(timeoutMs/, "each call of git"],
  "workshop/node/revisions/registry-client.ts": [/\{ method, headers, signal/, "each call's"],
};

describe("deadlines in Node", () => {
  it("are never joined by AbortSignal.any, which on Node 20 loses a time-out to the garbage collector", () => {
    const call = ["AbortSignal", "any("].join(".");
    expect(sources().filter((file) => textOf(file).includes(call))).toEqual([]);
  });

  it("are counted on the clock that nobody sets, but for dates that are written down", () => {
    const lines = sources()
      .filter((file) => !/\.test\.|-for-tests|^(?:test|bench)\//.test(file))
      .flatMap((file) =>
        textOf(file)
          .split("\n")
          .map((line) => `${file}: ${line.trim()}`),
      );
    const counting = /Date\.now\(\) ?[-<>]|[-<>] ?Date\.now\(\)|Date\.now\(\) \+ [A-Z]/;
    const written = /Date\.parse|expiresAt|getTime\(\)|tokens\.for/;
    expect(lines.filter((line) => counting.test(line) && !written.test(line))).toEqual([]);
  });
});

/** Calls that leave the process, and what ends them among their arguments. */
const ENDED_BY_ARGUMENT = /\b(?:fetch|spawnSync|execFileSync|execSync|execFile|promisify\(execFile\))\(/g;
const ARGUMENT = /\b(?:signal|timeout|until)\b/;
/** Connections, programs and names are waited for by other means: who can make one says how its waiting ends. */
const MAKES =
  /import \{[^}]*\b(?:connect|createConnection|request|get|spawn|fork|lookup|Resolver|WebSocket|Pool|Client)\b[^}]*\} from "(?:node:(?:net|tls|https?|dns\/promises|dns|child_process)|ws|pg)"|\bnew (?:WebSocket|EventSource)\(|\bnew (?:Exec|Attach|Watch|Log|PortForward|Cp)\(/;

describe("whatever is called outside the process", () => {
  const files = sources([...FOLDERS, "workshop/browser", "policy/browser", "terminal/browser"]).filter(
    (file) => !/\.test\.|-for-tests|test-host|^(?:test|bench)\//.test(file),
  );

  it("has a deadline or a signal among its arguments", () => {
    const without = files.flatMap((file) =>
      callsIn(textOf(file), ENDED_BY_ARGUMENT)
        .filter((call) => !ARGUMENT.test(call) && !(file in WAITS))
        .map((call) => `${file}: ${call.slice(0, 80)}`),
    );
    expect(without).toEqual([]);
  });

  it("or is waited for in a place that says how the waiting ends", () => {
    const places = files.filter((file) => MAKES.test(textOf(file)));
    expect(places.filter((file) => !(file in WAITS))).toEqual([]);
    const gone = Object.keys(WAITS).filter((file) => !files.includes(file));
    expect(gone).toEqual([]);
  });

  it.each(Object.entries(WAITS))("%s names what ends its waiting", (file, [ends]) => {
    expect(textOf(file)).toMatch(ends);
  });
});

/** Every call that the pattern finds, with its arguments; comments are none. */
function callsIn(text: string, pattern: RegExp): string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
  return [...code.matchAll(pattern)]
    .filter(({ index }) => !/function $|interface $/.test(code.slice(Math.max(0, index - 10), index)))
    .map(({ index }) => code.slice(index, endOfCall(code, code.indexOf("(", index))));
}

function endOfCall(code: string, from: number): number {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === "(") depth += 1;
    if (code[at] === ")" && --depth === 0) return at + 1;
  }
  return code.length;
}

function sources(folders = FOLDERS): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes("node_modules"))
      .map((name) => join(folder, name)),
  );
}

function textOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
