export interface FrameAddress {
  href: string;
  host: string;
  /** What the framed page may do. */
  sandbox: string;
}

/** Where a tab of the lab's own leads; `undefined` where its address is none a browser can open. */
export function frameAddress(url: string): FrameAddress | undefined {
  if (!URL.canParse(url, document.baseURI)) return undefined;
  const { href, host, hostname, protocol, origin } = new URL(url, document.baseURI);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  if (!HOST.test(hostname)) return undefined;
  return { href, host, sandbox: sandboxOf(origin) };
}

/** A name, an IPv4 or an IPv6 address. Some browsers take more, such as a variable nobody filled in, and find nothing there. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])$/i;

/** A page of another origin keeps that origin, which its log-in needs; one of ours must not, for it would be us. */
function sandboxOf(origin: string): string {
  const allowed = "allow-scripts allow-forms allow-popups allow-downloads";
  return origin === location.origin ? allowed : `${allowed} allow-same-origin`;
}
