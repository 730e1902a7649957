import headless from "@xterm/headless";
import { openTerminal, type Peer, type TerminalConnection } from "./connection.js";

/** What the client is asked to do, as JSON in its first argument; it prints one line of JSON. */
export type Task = { peer: Peer; server: string } & (
  | { kind: "flood"; bytes: number }
  /** Tasks with the same names find the terminals of each other. */
  | { kind: "echo"; sessions: number; names: string; keysPerSecond: number; seconds: number }
  | { kind: "interrupt"; bytesPerSecond: number; rounds: number }
  | { kind: "restore"; lines: number; rounds: number }
);

/** Milliseconds of each sample, or MB/s for a flood. */
export interface TaskResult {
  samples: number[];
  /** Milliseconds until every terminal of the task showed its prompt. */
  openedMs: number;
}

const ignore = (): void => undefined;
const LINE = "x".repeat(77);
/** Terminals that are opened at the same time. */
const AT_ONCE = 20;
const PROMPT_MS = 60_000;
const KEYS_IN_A_LINE = 20;

/** Of the terminals that no other task looks for. */
const OWN_NAMES = `${process.pid}-`;

const task = JSON.parse(process.argv[2] ?? "{}") as Task;
process.stdout.write(`${JSON.stringify(await perform(task))}\n`);
process.exit(0);

async function perform(given: Task): Promise<TaskResult> {
  const began = performance.now();
  const { sessions: count, names: prefix } =
    given.kind === "echo" ? given : { sessions: 1, names: OWN_NAMES };
  const terminals: TerminalConnection[] = [];
  for (let first = 0; first < count; first += AT_ONCE) {
    const names = Array.from(
      { length: Math.min(AT_ONCE, count - first) },
      (_, index) => `${prefix}${first + index}`,
    );
    terminals.push(...(await Promise.all(names.map((name) => openReady(given, name)))));
  }
  const openedMs = performance.now() - began;
  const [terminal] = terminals;
  if (!terminal) throw new Error("no terminal");
  switch (given.kind) {
    case "flood":
      return { samples: [await flood(terminal, given.bytes)], openedMs };
    case "echo":
      return { samples: (await Promise.all(terminals.map((each) => echo(each, given)))).flat(), openedMs };
    case "interrupt":
      return { samples: await interrupt(terminal, given), openedMs };
    case "restore":
      return { samples: await restore(terminal, given), openedMs };
  }
}

/** The shell has answered, so that nobody measures its start. */
async function openReady(given: Task, name: string): Promise<TerminalConnection> {
  const terminal = await openTerminal(given.peer, given.server, name);
  const seen = until(terminal, "READY");
  terminal.type("PS1='> '; echo REA''DY\r");
  await seen;
  return terminal;
}

/** Resolves when the text is in the output; everything is acknowledged at once. */
function until(terminal: TerminalConnection, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${text} did not come`)), PROMPT_MS);
    let tail = "";
    let bytes = 0;
    terminal.onOutput((data) => {
      bytes += data.length;
      terminal.taken(data.length);
      tail = (tail + data.toString("latin1", Math.max(0, data.length - 200))).slice(-200 - text.length);
      if (!tail.includes(text)) return;
      clearTimeout(timer);
      resolve(bytes);
    });
  });
}

async function flood(terminal: TerminalConnection, bytes: number): Promise<number> {
  const seen = until(terminal, "\nFLOOD-END");
  const began = performance.now();
  terminal.type(`yes ${LINE} | head -c ${bytes}; echo; echo FLOOD''-END\r`);
  const received = await seen;
  return received / 1e6 / ((performance.now() - began) / 1_000);
}

async function echo(terminal: TerminalConnection, given: Extract<Task, { kind: "echo" }>): Promise<number[]> {
  const samples: number[] = [];
  let heard: () => void = ignore;
  terminal.onOutput((data) => {
    terminal.taken(data.length);
    heard();
  });
  const pause = 1_000 / given.keysPerSecond;
  await wait(Math.random() * pause);
  const end = performance.now() + given.seconds * 1_000;
  for (let keys = 0; performance.now() < end; keys += 1) {
    const isLineFull = keys % KEYS_IN_A_LINE === KEYS_IN_A_LINE - 1;
    const sent = performance.now();
    const answer = new Promise<void>((resolve) => (heard = resolve));
    terminal.type(isLineFull ? "\u0015" : "a");
    await answer;
    if (!isLineFull) samples.push(performance.now() - sent);
    await wait(Math.max(0, pause - (performance.now() - sent)));
  }
  return samples;
}

/** Ctrl-C while a flood is read as slowly as a busy laptop does; until the prompt is among what was taken in. */
async function interrupt(
  terminal: TerminalConnection,
  given: Extract<Task, { kind: "interrupt" }>,
): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < given.rounds; round += 1) {
    let freeAt = performance.now();
    let found: () => void = ignore;
    const prompt = new Promise<void>((resolve) => (found = resolve));
    terminal.onOutput((data) => {
      freeAt = Math.max(freeAt, performance.now()) + (data.length / given.bytesPerSecond) * 1_000;
      const isPrompt = data.includes("^C");
      setTimeout(() => {
        terminal.taken(data.length);
        if (isPrompt) found();
      }, freeAt - performance.now());
    });
    terminal.type(`yes ${LINE}\r`);
    await wait(1_000);
    const pressed = performance.now();
    terminal.type("\u0003");
    await prompt;
    samples.push(performance.now() - pressed);
    await wait(200);
  }
  return samples;
}

/** From opening a second page to its emulator showing the screen. */
async function restore(
  terminal: TerminalConnection,
  given: Extract<Task, { kind: "restore" }>,
): Promise<number[]> {
  const samples: number[] = [];
  const seen = until(terminal, "\nLINES-END");
  terminal.type(
    `for i in $(seq ${given.lines}); do printf '\\e[3%dm%s\\e[m %s\\n' $((i % 8)) "$i" ${LINE}; done; echo LINES''-END\r`,
  );
  await seen;
  for (let round = 0; round < given.rounds; round += 1) {
    const began = performance.now();
    const second = await openTerminal(given.peer, given.server, `${OWN_NAMES}0`);
    const screen = new headless.Terminal({
      cols: 120,
      rows: 32,
      scrollback: given.lines,
      allowProposedApi: true,
    });
    await new Promise<void>((resolve) => screen.write(second.restored, resolve));
    samples.push(performance.now() - began);
    if (!screen.buffer.active.getLine(0)?.translateToString(true)) throw new Error("the screen is empty");
    second.close();
  }
  return samples;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
