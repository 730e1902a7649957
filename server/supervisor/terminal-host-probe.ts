import type { TerminalInfo } from "../../terminal/common/session-host.js";
import type { DialHost } from "../../terminal/node/dial-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import type { ProcessSpec } from "./supervised-process.js";

/** The terminals are asked for at every tenth probe: a class has some hundred, and nobody waits for the list. */
const LIST_EVERY = 10;
/** Terminals that are named one by one; of more, how many they are. */
const NAMED = 12;

/** Asks the host for terminals, as its own main thread answers, and remembers those that would be lost with it. */
export function createTerminalHostProbe(dial: DialHost): Pick<ProcessSpec, "probe" | "lost"> {
  let probes = 0;
  let running: TerminalInfo[] = [];
  return {
    probe: async (_pid, signal) => {
      const host = await connectTerminalHost({ dial, signal, reconnectMs: 0 });
      try {
        if (probes++ % LIST_EVERY > 0) await host.terminals("liveness-probe");
        else running = (await host.terminals()).filter(({ state }) => state === "running");
      } finally {
        await host.disconnect();
      }
    },
    lost: () => {
      const text = lostText(running);
      running = [];
      probes = 0;
      return text;
    },
  };
}

/** Which terminals are lost, in a sentence; nothing where there was none. */
export function lostText(terminals: readonly Pick<TerminalInfo, "address">[]): string | undefined {
  if (terminals.length === 0) return undefined;
  const names = terminals.slice(0, NAMED).map(({ address }) => `${address.session}/${address.terminal}`);
  const more = terminals.length > NAMED ? ` and ${String(terminals.length - NAMED)} more` : "";
  return `Lost with it: the shells of ${names.join(", ")}${more}. They are opened anew when their pages are looked at.`;
}
