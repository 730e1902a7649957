import { api, sessionApiPath } from "../../api/api-client.js";

/** Address of a terminal's WebSocket with a ticket for one use. Waits for ever once the session is over: nothing is left to join. */
export async function connectTerminal(
  session: string,
  terminal: string,
  isOver: { readonly current: boolean },
): Promise<string> {
  if (isOver.current) return new Promise<string>(() => undefined);
  const { ticket } = await api.terminalTicket(session, terminal);
  const path = `${sessionApiPath(session)}/terminals/${encodeURIComponent(terminal)}`;
  const url = new URL(`${path}?ticket=${encodeURIComponent(ticket)}`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
