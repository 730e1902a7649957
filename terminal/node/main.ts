import { join } from "node:path";
import { parseArgs } from "node:util";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import { defaultSessionLimits, type SessionLimits } from "../common/session-limits.js";
import { tlsEndpoint, unixSocketEndpoint } from "./host-endpoint.js";
import { LIFE_SIGN, giveLifeSigns } from "./life-sign.js";
import { startTerminalHost, type TerminalHostOptions } from "./start-terminal-host.js";

const USAGE = `node dist/terminal/node/main.js --socket PATH --data DIR [options]
       node dist/terminal/node/main.js --listen ADDRESS:PORT --tls-cert FILE --tls-key FILE --tls-ca FILE --session NAME --home DIR --tmp DIR --data DIR [options]
Options: [--search-path PATHS] [--read-only PATH]... [--keep-recordings DIR] [--limits JSON] [--pod-networks SOCKET] [--allow-unconfined]`;

/** To the kubelet a pod whose programs end with 0 was done, and it drops the reason why it ended the pod itself. */
const ENDED_IN_POD = 143;

/**
 * The terminal host process. Prints one JSON line when it listens; ends with 0 after SIGTERM, in a pod with 143, and with 1 where it
 * cannot start.
 */
async function main(): Promise<void> {
  const options = readOptions();
  const host = await startTerminalHost(options);
  // Elsewhere the supervisor asks it; in a pod the kubelet does.
  if (options.only) giveLifeSigns(join(options.dataDir, LIFE_SIGN));
  process.stdout.write(
    `${JSON.stringify({ listening: true, pid: process.pid, confinement: host.confinement })}\n`,
  );
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  // Whoever started the host may go away and close its terminal; the shells stay.
  process.on("SIGHUP", () => undefined);
  // Every learner's shells hang on this process: a fault in one terminal is written down and must not end the others.
  process.on("uncaughtException", (error) => process.stderr.write(`${error.stack ?? String(error)}\n`));
  let ending: Promise<void> | undefined;
  const end = (): void => {
    ending ??= host.close().finally(() => process.exit(options.only ? ENDED_IN_POD : 0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

function readOptions(): TerminalHostOptions {
  const options = {
    socket: { type: "string" },
    listen: { type: "string" },
    "tls-cert": { type: "string" },
    "tls-key": { type: "string" },
    "tls-ca": { type: "string" },
    session: { type: "string" },
    home: { type: "string" },
    tmp: { type: "string" },
    data: { type: "string" },
    "search-path": { type: "string" },
    "read-only": { type: "string", multiple: true },
    "keep-recordings": { type: "string" },
    limits: { type: "string" },
    "pod-networks": { type: "string" },
    "allow-unconfined": { type: "boolean" },
  } as const;
  try {
    const { values } = parseArgs({ options });
    const searchPath = values["search-path"];
    const keptRecordings = values["keep-recordings"];
    const podNetworks = values["pod-networks"];
    return {
      ...(values.listen === undefined ? onThisMachine(values) : inPod(values)),
      dataDir: needed(values, "data"),
      allowUnconfined: values["allow-unconfined"] ?? false,
      ...(searchPath !== undefined && { tools: { searchPath, readOnlyPaths: values["read-only"] ?? [] } }),
      ...(keptRecordings !== undefined && { keptRecordings }),
      ...(podNetworks !== undefined && { podNetworks }),
      limits: { ...defaultSessionLimits, ...(JSON.parse(values.limits ?? "{}") as Partial<SessionLimits>) },
    };
  } catch (error) {
    if (error instanceof TerminalError) throw error;
    throw usage((error as Error).message, error);
  }
}

type Values = Record<string, string | boolean | string[] | undefined>;

function onThisMachine(values: Values): Pick<TerminalHostOptions, "endpoint"> {
  return { endpoint: unixSocketEndpoint(needed(values, "socket")) };
}

/** A port is open to whoever is in the network: it is never opened without certificates, nor for more than one session. */
function inPod(values: Values): Pick<TerminalHostOptions, "endpoint" | "only"> {
  const [, address = "", port = ""] = /^(.*):(\d{1,5})$/.exec(needed(values, "listen")) ?? [];
  if (address === "") throw usage("--listen is ADDRESS:PORT.");
  return {
    endpoint: tlsEndpoint({
      address: address.replace(/^\[|\]$/g, ""),
      port: Number(port),
      cert: needed(values, "tls-cert"),
      key: needed(values, "tls-key"),
      ca: needed(values, "tls-ca"),
    }),
    only: {
      name: needed(values, "session"),
      home: needed(values, "home"),
      temporaryFolder: needed(values, "tmp"),
    },
  };
}

function needed(values: Values, name: string): string {
  const value = values[name];
  if (typeof value === "string" && value !== "") return value;
  throw usage(`--${name} is needed.`);
}

function usage(what: string, cause?: unknown): TerminalError {
  return new TerminalError(terminalErrorCodes.usage, `${what}\nUsage: ${USAGE}`, cause);
}

main().catch((error: unknown) => {
  const text =
    error instanceof TerminalError
      ? `${error.code}: ${error.message}`
      : String((error as Error).stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
