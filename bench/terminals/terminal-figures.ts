import { median, percentile, type Figure } from "../figure.js";
import type { Peer } from "./connection.js";
import { isInstalled, withPeer, type PeerRun } from "./measure-terminals.js";
import { missingWetty } from "./wetty.js";

/** Floods of one peer; the middle one counts. */
const FLOODS = 3;
const FLOOD_BYTES = 60_000_000;
const MANY = 100;
const MOST = 500;
/** What a page parses on a busy laptop. */
const SLOW_BYTES_PER_SECOND = 7_000_000;

/** What one peer reached, each measured once and when it is asked for. */
interface PeerFigures {
  output: number;
  echo: number;
  echoOfMany: number;
}

const measured = new Map<Peer, PeerFigures>();

/** The terminals beside their peers; every ratio compares two runs on this machine one after the other. */
export function terminalFigures(): Figure[] {
  return [
    ratio("terminal output, raw pty and socket / Lectern", 1.25, ["raw", "output"]),
    ratio("terminal output, wetty / Lectern", 1, ["wetty", "output"]),
    ratio("terminal output, ttyd / Lectern", 1, ["ttyd", "output"]),
    ratio("echo p99, Lectern / raw pty and socket", 1.5, ["raw", "echo"]),
    ratio(`echo p99 of ${MANY} sessions, Lectern / raw`, 1.5, ["raw", "echoOfMany"]),
    ...crowdFigures(),
    figure("Ctrl-C in a flood, slow page", 50, "p50 of 5, page that parses 7 MB/s", async (run) => {
      const task = { kind: "interrupt", bytesPerSecond: SLOW_BYTES_PER_SECOND, rounds: 5 } as const;
      return median((await run.perform(task)).samples);
    }),
    figure(
      "screen of 1,000 lines restored",
      100,
      "median of 10, from opening to the last line shown",
      async (run) => {
        return median((await run.perform({ kind: "restore", lines: 1_000, rounds: 10 })).samples);
      },
    ),
  ];
}

/** Peers are measured in the run in which they are compared; Lectern's own figure is beside. */
function ratio(name: string, bound: number, [peer, what]: [Peer, keyof PeerFigures]): Figure {
  const isOutput = what === "output";
  const unit = isOutput ? "MB/s" : "ms";
  return {
    name,
    unit: "x",
    bound,
    method: isOutput
      ? `median of ${FLOODS} floods of 60 MB in 78-column lines, recorded`
      : "keys at a prompt",
    missing: () => missing(peer),
    async measure() {
      const other = (await figuresOf(peer))[what];
      const own = (await figuresOf("lectern"))[what];
      return isOutput ? other / own : own / other;
    },
    detail: () =>
      `${peer} ${format(measured.get(peer)?.[what])} ${unit}, Lectern ${format(measured.get("lectern")?.[what])} ${unit}`,
  };
}

function missing(peer: Peer): string | undefined {
  if (peer === "wetty") return missingWetty();
  return peer === "ttyd" && !isInstalled("ttyd") ? "ttyd is not installed on this machine" : undefined;
}

async function figuresOf(peer: Peer): Promise<PeerFigures> {
  const known = measured.get(peer);
  if (known) return known;
  const figures = await withPeer(peer, async (run) => {
    const floods: number[] = [];
    for (let round = 0; round < FLOODS; round += 1)
      floods.push(...(await run.perform({ kind: "flood", bytes: FLOOD_BYTES })).samples);
    const one = await run.perform({
      kind: "echo",
      sessions: 1,
      names: "one",
      keysPerSecond: 20,
      seconds: 15,
    });
    // Wetty and ttyd are compared by their output alone.
    const many =
      peer === "raw" || peer === "lectern"
        ? (await run.perform({ kind: "echo", sessions: MANY, names: "many", keysPerSecond: 2, seconds: 15 }))
            .samples
        : [];
    return {
      output: median(floods),
      echo: percentile(one.samples, 0.99),
      echoOfMany: percentile(many, 0.99),
    };
  });
  measured.set(peer, figures);
  return figures;
}

interface Crowd {
  echo: number;
  stall: number;
}

function crowdOf(peer: Peer): Promise<Crowd> {
  return withPeer(peer, async (run) => {
    const task = { kind: "echo", sessions: MOST, names: "most", keysPerSecond: 1, seconds: 15 } as const;
    // What opening them costs is another figure.
    await run.perform({ ...task, seconds: 1 });
    await run.stall();
    const { samples } = await run.perform(task);
    return { echo: percentile(samples, 0.99), stall: await run.stall() };
  });
}

/** Two figures of one run with as many sessions as a host is meant for. */
function crowdFigures(): Figure[] {
  let crowd: Promise<Crowd> | undefined;
  let raw: Crowd | undefined;
  // The least there can be in the same run says what the machine allows just now.
  const take = async (): Promise<Crowd> => {
    raw ??= await crowdOf("raw");
    return (crowd ??= crowdOf("lectern"));
  };
  const method = `${MOST} sessions with a page each, one key a second`;
  return [
    {
      name: `echo p99 of ${MOST} sessions`,
      unit: "ms",
      bound: 50,
      method,
      measure: async () => (await take()).echo,
      detail: () => `raw pty and socket ${format(raw?.echo)} ms`,
    },
    {
      name: `longest stall of the server, ${MOST} sessions`,
      unit: "ms",
      bound: 50,
      method: `${method}, event loop of the server`,
      measure: async () => (await take()).stall,
      detail: () => `raw pty and socket ${format(raw?.stall)} ms`,
    },
  ];
}

function figure(
  name: string,
  bound: number,
  method: string,
  measure: (run: PeerRun) => Promise<number>,
): Figure {
  return { name, unit: "ms", bound, method, measure: () => withPeer("lectern", measure) };
}

function format(value: number | undefined): string {
  return value === undefined ? "?" : value.toPrecision(3);
}
