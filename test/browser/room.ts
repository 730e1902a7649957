import type { Browser, Page } from "playwright-core";
import type { SessionLink } from "../../workshop/common/instructor-api.js";
import { launchChromium, openPage } from "./chromium.js";
import { type LecternServer, startLectern } from "./lectern-server.js";

/** How long a step of a page may take on a busy machine, in milliseconds. */
export const DEADLINE_MS = 60_000;

/** A server on which only an instructor makes sessions, and the browsers of those who are in the room. */
export interface Room {
  links: SessionLink[];
  /** What pages threw; nothing is to be in it. */
  problems: string[];
  /** A page of a browser that nobody has used. */
  open(size: { width: number; height: number }): Promise<Page>;
  /** The instructor's page, with a row for each session. */
  logIn(size: { width: number; height: number }): Promise<Page>;
  close(): Promise<void>;
}

/** Serves the lab in the folder and makes as many sessions of it. */
export async function openRoom(lab: { name: string; folder: string }, count: number): Promise<Room> {
  const server = await startLectern(["--lab", lab.folder, "--start", "instructor"]);
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server.stop();
  };
  try {
    const chromium = await launchChromium();
    browser = chromium;
    const links = await newSessions(server, lab.name, count);
    const problems: string[] = [];
    const open: Room["open"] = async (size) => {
      const { page } = await openPage(chromium, { size });
      page.setDefaultTimeout(DEADLINE_MS);
      page.on("pageerror", (error) => problems.push(error.message));
      return page;
    };
    const logIn: Room["logIn"] = async (size) => {
      const page = await open(size);
      await page.goto(`${server.url}instructor`);
      await page.getByLabel("Token").fill(server.token);
      await page.keyboard.press("Enter");
      for (const { id } of links) await page.getByRole("link", { name: `Watch ${id}` }).waitFor();
      return page;
    };
    return { links, problems, open, logIn, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function newSessions(
  { url, token }: LecternServer,
  lab: string,
  count: number,
): Promise<SessionLink[]> {
  const answer = await fetch(`${url}api/instructor/sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ lab, count }),
  });
  return (await answer.json()) as SessionLink[];
}
