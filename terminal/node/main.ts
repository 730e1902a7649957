import { parseArgs } from "node:util";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import { defaultSessionLimits, type SessionLimits } from "../common/session-limits.js";
import { startTerminalHost, type TerminalHostOptions } from "./start-terminal-host.js";

const USAGE =
  "node dist/terminal/node/main.js --socket PATH --data DIR [--search-path PATHS] [--read-only PATH]... [--keep-recordings DIR] [--limits JSON] [--allow-unconfined]";

/** The terminal host process. Prints one JSON line when it listens; ends with 0 after SIGTERM, 1 where it cannot start. */
async function main(): Promise<void> {
  const host = await startTerminalHost(readOptions());
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
    ending ??= host.close().finally(() => process.exit(0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

function readOptions(): TerminalHostOptions {
  const options = {
    socket: { type: "string" },
    data: { type: "string" },
    "search-path": { type: "string" },
    "read-only": { type: "string", multiple: true },
    "keep-recordings": { type: "string" },
    limits: { type: "string" },
    "allow-unconfined": { type: "boolean" },
  } as const;
  try {
    const { values } = parseArgs({ options });
    if (values.socket && values.data) {
      const searchPath = values["search-path"];
      const keptRecordings = values["keep-recordings"];
      return {
        socketPath: values.socket,
        dataDir: values.data,
        allowUnconfined: values["allow-unconfined"] ?? false,
        ...(searchPath !== undefined && { tools: { searchPath, readOnlyPaths: values["read-only"] ?? [] } }),
        ...(keptRecordings !== undefined && { keptRecordings }),
        limits: {
          ...defaultSessionLimits,
          ...(JSON.parse(values.limits ?? "{}") as Partial<SessionLimits>),
        },
      };
    }
  } catch (error) {
    throw new TerminalError(terminalErrorCodes.usage, `${(error as Error).message}\nUsage: ${USAGE}`, error);
  }
  throw new TerminalError(terminalErrorCodes.usage, `--socket and --data are needed.\nUsage: ${USAGE}`);
}

main().catch((error: unknown) => {
  const text =
    error instanceof TerminalError
      ? `${error.code}: ${error.message}`
      : String((error as Error).stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
