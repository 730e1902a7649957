import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { startLectern, temporaryFolder, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

/** Loopback for the kernel, and written as an address that is not: nobody else reaches it. */
const BEYOND = "::ffff:127.0.0.1";
const UNENCRYPTED = "goes over the network unencrypted. Give --tls-cert and --tls-key";
const LOCAL_LINKS = "Links to hand out name this machine only as localhost; --public-url";
const folder = temporaryFolder();
const lab = writeLab(folder.path);
const data = join(folder.path, "data");
let lectern: LecternProcess | undefined;

afterEach(() => lectern?.stop());
afterAll(() => folder.remove());

/** What is told at a start with these flags. */
async function said(...flags: string[]): Promise<string> {
  lectern = await startLectern(data, ["--lab", lab, "--host", BEYOND, ...flags]);
  return lectern.output();
}

describe.skipIf(isWithout("kubectl"))("the start of a server that listens beyond loopback", () => {
  it("keeps starting labs to who has the link, and warns of what others can read and of links that lead nowhere", async () => {
    const output = await said();
    expect(output).toMatch(/^Starting labs: +whoever has the link: "lectern session start-link/m);
    expect(output).toContain(UNENCRYPTED);
    expect(output).toContain(LOCAL_LINKS);
  });

  it("warns of nothing that its flags have taken care of", async () => {
    const output = await said("--public-url", "https://labs.example.org/", "--start", "open");
    expect(output).toMatch(/^Starting labs: +everybody who reaches the page/m);
    expect(output).toContain("Lectern is ready: https://labs.example.org/");
    expect(output).not.toContain(UNENCRYPTED);
    expect(output).not.toContain(LOCAL_LINKS);
  });
});
