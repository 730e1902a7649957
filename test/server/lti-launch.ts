import { expect } from "vitest";
import type { LtiArrival } from "../../workshop/common/event-api.js";
import { type Answer, BrowserSession } from "./browser-session.js";
import type { LtiPlatform } from "./lti-platform.js";

/** A browser that has begun a launch at the tool, and what it was sent to the platform with. */
export async function beginLaunch(platform: LtiPlatform, tool: string) {
  const browser = new BrowserSession(tool);
  const query = new URLSearchParams({
    iss: platform.url,
    login_hint: "x",
    client_id: platform.client,
    target_link_uri: tool,
  });
  const { status, headers } = await browser.call("GET", `lti/login?${query.toString()}`);
  expect(status).toBe(303);
  const url = new URL(String(headers["location"]));
  expect(`${url.origin}${url.pathname}`).toBe(`${platform.url}/authorize`);
  expect(url.searchParams.get("redirect_uri")).toBe(`${tool}lti/launch`);
  return { browser, state: url.searchParams.get("state") ?? "", nonce: url.searchParams.get("nonce") ?? "" };
}

/** Posts what the platform's page posts, from its origin. */
export function finishLaunch(
  platform: LtiPlatform,
  browser: BrowserSession,
  answer: Record<string, string>,
): Promise<Answer> {
  return browser.call("POST", "lti/launch", new URLSearchParams(answer).toString(), {
    origin: platform.url,
    "content-type": "application/x-www-form-urlencoded",
  });
}

/** Somebody whom the platform has sent, in the browser they came by. */
export interface Entered {
  browser: BrowserSession;
  arrival: LtiArrival;
}

/** Comes in by a launch with those claims besides the usual ones. */
export async function enterByLaunch(
  platform: LtiPlatform,
  { tool, subject, more = {} }: { tool: string; subject: string; more?: object },
): Promise<Entered> {
  const { browser, state, nonce } = await beginLaunch(platform, tool);
  const token = await platform.sign({ ...platform.claims(subject, "slow-steps", more), nonce });
  const entry = entryOf(await finishLaunch(platform, browser, { id_token: token, state }));
  return { browser, arrival: await browser.json<LtiArrival>("POST", "api/lti/enter", { entry }) };
}

/** What the page behind a launch that was found good is given. */
export function entryOf({ headers, text }: Answer): string {
  const location = String(headers["location"]);
  if (!location.includes("#entry=")) throw new Error(`the launch was refused: ${text}`);
  return location.slice(location.indexOf("#entry=") + "#entry=".length);
}
