import {
  SCREEN_CHARACTERS,
  SCREEN_LINES,
  type ScreenQuestion,
  type ScreenText,
} from "../common/session-host.js";
import type { TerminalRegistry } from "./terminal-registry.js";

/** The version of a screen that is there no more. */
const NOTHING = "";

/** What the sessions show whose screen is another than the one that is known; a terminal that goes meanwhile is left out. */
export async function readScreens(
  terminals: TerminalRegistry,
  questions: readonly ScreenQuestion[],
): Promise<ScreenText[]> {
  const latest = terminals.latest();
  const texts = questions.map(async ({ session, known }): Promise<ScreenText[]> => {
    const terminal = latest.get(session);
    if (terminal === undefined) return known === undefined || known === NOTHING ? [] : [nothingOf(session)];
    const version = terminal.screenVersion;
    if (version === undefined || version === known) return [];
    const lines = await terminal.screenText();
    const { columns, rows } = terminal;
    return [
      { session, terminal: terminal.info.address.terminal, version, columns, rows, lines: bounded(lines) },
    ];
  });
  const settled = await Promise.allSettled(texts);
  return settled.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
}

function nothingOf(session: string): ScreenText {
  return { session, terminal: "", version: NOTHING, columns: 80, rows: 24, lines: [] };
}

/** Marks that stand on a character make a line long without making it wide. */
function bounded(lines: readonly string[]): string[] {
  return lines.slice(-SCREEN_LINES).map((line) => line.slice(0, SCREEN_CHARACTERS));
}
