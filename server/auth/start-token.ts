import { createHmac } from "node:crypto";

/** What the link carries that lets a browser start labs; it ends with the instructor's token it comes of. */
export function startToken(instructorToken: string): string {
  return createHmac("sha256", instructorToken).update("start").digest("base64url");
}

/** That link, for a server at this address, which ends in `/`; what follows `#` is never sent to a server. */
export function startLink(url: string, instructorToken: string): string {
  return `${url}#start=${startToken(instructorToken)}`;
}
