import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IssuedToken } from "../../workshop/common/account-api.js";
import { type Answer, BrowserSession, instructorToken } from "./browser-session.js";
import { startLectern, temporaryFolder, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";
import { beginLaunch, enterByLaunch, finishLaunch } from "./lti-launch.js";
import { CLAIM, LtiPlatform, writeRegistration } from "./lti-platform.js";

const MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#";
const folder = temporaryFolder();
const platform = new LtiPlatform();
let lectern: LecternProcess;

beforeAll(async () => {
  await platform.start();
  const lti = writeRegistration(folder.path, platform, "anna");
  const data = join(folder.path, "data");
  const lab = writeLab(folder.path);
  lectern = await startLectern(data, ["--lab", lab, "--start", "instructor", "--lti", lti]);
  platform.toolKeys = `${lectern.url}lti/keys`;
  const operator = new BrowserSession(lectern.url);
  await operator.json("POST", "api/instructor/login", { token: instructorToken(data) });
  await operator.json<IssuedToken>("POST", "api/instructor/tokens", { name: "anna", role: "instructor" });
});
afterAll(async () => {
  await lectern?.stop();
  platform.stop();
  folder.remove();
});

describe("a learning platform that lets teachers choose labs", () => {
  it("lets who makes a course choose the lab, and tells the platform alone, signed, once and with what it gave along", async () => {
    const page = await chooses();
    expect([page.status, page.headers["content-type"]]).toEqual([200, expect.stringContaining("text/html")]);
    expect(page.headers["content-security-policy"]).toContain(
      `frame-ancestors ${platform.url} https://school.example`,
    );
    expect(page.headers["x-frame-options"]).toBeUndefined();
    const [lab = "", none = ""] = answersOf(page);
    expect(page.text.match(/action="([^"]*)"/g)).toEqual(
      Array.from({ length: 2 }, () => `action="${platform.url}/chosen?course=7"`),
    );
    const dl = "https://purl.imsglobal.org/spec/lti-dl/claim/";
    const brought = await platform.chosen(lab);
    expect(brought).toMatchObject({
      [`${CLAIM}message_type`]: "LtiDeepLinkingResponse",
      [`${CLAIM}version`]: "1.3.0",
      [`${CLAIM}deployment_id`]: "one",
      [`${dl}data`]: "as it was",
    });
    const [item] = brought[`${dl}content_items`] as { url: string; custom: { lab: string } }[];
    expect(item).toMatchObject({
      type: "ltiResourceLink",
      title: "Slow steps",
      url: `${lectern.url}lti/launch`,
      custom: { lab: "slow-steps" },
      lineItem: { label: "Slow steps", scoreMaximum: 100 },
    });
    expect((await platform.chosen(none))[`${dl}content_items`]).toEqual([]);
    await expect(platform.chosen(none)).rejects.toThrow("brought before");
    await expect(platform.chosen(`${lab.slice(0, -4)}AAAA`)).rejects.toThrow("signature");
    // The link that was chosen opens the lab, as the platform launches it then.
    const link = { [`${CLAIM}resource_link`]: { id: "chosen" }, [`${CLAIM}custom`]: item?.custom };
    expect(
      (await enterByLaunch(platform, { tool: lectern.url, subject: "chooser", more: link })).arrival,
    ).toHaveProperty("session");
    const [withoutColumn = ""] = answersOf(await chooses({ accept_lineitem: false }));
    expect(JSON.stringify(await platform.chosen(withoutColumn))).not.toContain("lineItem");
  });

  it("brings what is chosen to no address that is not the platform's, and lets nobody choose who does not teach", async () => {
    const cases: [string, Answer][] = [
      [
        "at an address that is not registered",
        await chooses({ deep_link_return_url: "https://evil.example/" }),
      ],
      ["not registered", await chooses({ deep_link_return_url: platform.url.replace("//", "//a:b@") })],
      ["not registered", await chooses({ deep_link_return_url: `blob:${platform.url}/x` })],
      ["not registered", await chooses({ deep_link_return_url: "javascript:alert(1)" })],
      ["takes no links to tools", await chooses({ accept_types: ["file"] })],
      ["Only who teaches", await chooses({}, { [`${CLAIM}roles`]: [`${MEMBERSHIP}Learner`] })],
      ["is not registered here", await chooses({}, { [`${CLAIM}deployment_id`]: "two" })],
      ["another question", await chooses({}, { nonce: "guess" })],
      ["cannot be believed", await chooses({}, { aud: platform.client, exp: 1_000 })],
      ["not registered here", await chooses({}, { aud: "another" })],
    ];
    for (const [words, { status, text }] of cases) {
      expect([status, text]).toEqual([403, expect.stringContaining(words)]);
      expect(text).not.toContain("JWT");
    }
    // In a frame, where labs have no place, a choice has: the browser keeps what is of that frame's page alone.
    const query = new URLSearchParams({
      iss: platform.url,
      login_hint: "x",
      target_link_uri: `${lectern.url}lti/choose`,
    });
    const framed = await new BrowserSession(lectern.url).call("GET", `lti/login?${query}`, undefined, {
      "sec-fetch-dest": "iframe",
    });
    expect(framed.status).toBe(303);
    expect(String(framed.headers["set-cookie"])).toMatch(/SameSite=None/);
    expect(String(framed.headers["set-cookie"])).toMatch(/Partitioned/);
  });
});

/** What somebody is shown who was sent here to choose. */
async function chooses(settings: object = {}, more: object = {}): Promise<Answer> {
  const { browser, nonce, state } = await beginLaunch(platform, lectern.url);
  const token = await platform.sign({ nonce, ...platform.choiceClaims("tess", settings, more) });
  return finishLaunch(platform, browser, { id_token: token, state });
}

/** What each press of a page of labs brings the platform, in their order. */
function answersOf({ text }: Answer): string[] {
  return [...text.matchAll(/name="JWT" value="([^"]*)"/g)].map(([, value = ""]) => value);
}
