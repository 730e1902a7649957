import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { startLectern, temporaryFolder, writeLab } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";
import { CLIENT, startProvider, type TestProvider } from "../server/start-provider.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { SIZES, THEMES, launchChromium, openPage, takePicture } from "./chromium.js";

const PEOPLE = {
  ada: { name: "Ada Lovelace", email: "ada@example.org", email_verified: true, groups: ["students"] },
  grace: { name: "Grace Hopper", email: "grace@example.org", email_verified: true, groups: ["teachers"] },
  ben: { name: "Ben", email: "ben@example.org", email_verified: true, groups: [] },
};
/** Pages of two servers follow each other, on a machine that may have a lot to do besides. */
const DEADLINE_MS = 90_000;
const TEST_MS = 600_000;

// In order, against `lectern serve` and a real provider, by real Chromium.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "signing in by OpenID Connect",
  { timeout: TEST_MS },
  () => {
    const folder = temporaryFolder();
    let provider: TestProvider;
    let lectern: LecternProcess;
    let browser: Browser;
    let learner: Page;
    let instructor: Page;

    beforeAll(async () => {
      provider = await startProvider(PEOPLE, () => [`${lectern.url}sign-in`]);
      const secret = join(folder.path, "client-secret");
      writeFileSync(secret, `${CLIENT.secret}\n`);
      lectern = await startLectern(join(folder.path, "data"), [
        "--lab",
        writeLab(folder.path),
        "--start",
        "account",
        "--oidc-issuer",
        provider.issuer,
        "--oidc-client",
        CLIENT.id,
        "--oidc-client-secret-file",
        secret,
        "--oidc-name",
        "the school",
        "--oidc-role",
        "instructor=teachers",
        "--oidc-role",
        "helper=ben@example.org",
      ]);
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser?.close();
      await lectern?.stop();
      await provider?.close();
      folder.remove();
    });

    it("lets a learner start labs who could not before, by the name the provider has", async () => {
      learner = await opened("");
      await learner.getByText("Sign in to start labs here.").first().waitFor();
      await takePicture(learner, "sign-in-catalogue");
      expect(await accessibilityProblems(learner)).toEqual([]);
      await signIn(learner, "ada");
      await learner.getByText("Ada Lovelace").waitFor();
      expect(learner.url()).toBe(lectern.url);
      await takePicture(learner, "signed-in-catalogue");
      await learner.getByRole("button", { name: /^Start/ }).click();
      await learner.waitForURL(/\/s\//);
      await learner.getByRole("heading", { name: "Slow steps" }).waitFor({ timeout: DEADLINE_MS });
    });

    it("makes nobody an instructor whom no rule names", async () => {
      await learner.goto(`${lectern.url}instructor`);
      const refusal = "This takes the role helper, and you are signed in as learner.";
      await learner.getByText(refusal, { exact: false }).waitFor();
    });

    it("brings an instructor back to the portal, by their group", async () => {
      instructor = await opened("instructor");
      await signIn(instructor, "grace");
      await instructor.getByText("Grace Hopper").waitFor();
      expect(instructor.url()).toBe(`${lectern.url}instructor`);
      await instructor.getByRole("heading", { name: "Sessions" }).waitFor();
      await instructor
        .getByRole("link", { name: /slow-steps-/ })
        .first()
        .waitFor();
      await takePicture(instructor, "signed-in-portal");
      expect(await accessibilityProblems(instructor)).toEqual([]);
    });

    it("knows a helper by a confirmed address", async () => {
      const helper = await opened("instructor");
      await signIn(helper, "ben");
      await helper.getByTitle("Ben, helper").waitFor();
      await helper.context().close();
    });

    it("says why where somebody comes back without having signed in", async () => {
      const page = await opened("sign-in?error=access_denied&error_description=You+said+no");
      await page.getByText("The provider said: You said no.", { exact: false }).waitFor();
      expect(page.url()).toBe(`${lectern.url}sign-in`);
      expect(await accessibilityProblems(page)).toEqual([]);
      await takePicture(page, "sign-in-failed");
      await page.context().close();
    });

    it("takes from another browser nothing that one has begun", async () => {
      const begun = await opened("");
      const isBack = (request: { url(): string }) => request.url().startsWith(`${lectern.url}sign-in?`);
      const back = begun.waitForRequest(isBack, { timeout: TEST_MS });
      await begun.route(`${lectern.url}sign-in?*`, (route) => route.abort());
      await signIn(begun, "grace");
      const address = (await back).url();
      await begun.context().close();
      const other = await opened(address.slice(lectern.url.length));
      await other.getByText("It was begun in another browser", { exact: false }).waitFor();
      await other.goto(`${lectern.url}instructor`);
      await other.getByLabel("Token").waitFor();
      await other.context().close();
    });

    it("goes on for those inside while the provider is down, and says to others that it is", async () => {
      await provider.close();
      await instructor.reload();
      await instructor.getByText("Grace Hopper").waitFor();
      await learner.goto(lectern.url);
      await learner
        .getByRole("link", { name: /Continue|Go on|Resume/ })
        .first()
        .waitFor();
      const late = await opened("");
      await late.getByRole("button", { name: "Sign in with the school" }).click();
      await late.getByText("Nobody can sign in with the school just now", { exact: false }).waitFor();
      await takePicture(late, "sign-in-provider-down");
      await provider.open();
      await signIn(late, "ben");
      await late.getByTitle("Ben, helper").waitFor();
      await late.context().close();
    });

    it("ends for one browser by Sign out", async () => {
      await instructor.getByRole("button", { name: "Sign out" }).click();
      await instructor.getByLabel("Token").waitFor();
      for (const theme of THEMES)
        for (const size of SIZES) {
          await instructor.emulateMedia({ colorScheme: theme });
          await instructor.setViewportSize(size);
          await takePicture(instructor, `sign-in-instructor-${theme}-${String(size.width)}`);
          expect(await accessibilityProblems(instructor, RULES_IN[theme])).toEqual([]);
        }
      await learner.reload();
      await learner.getByText("Ada Lovelace").waitFor();
    });

    async function opened(path: string): Promise<Page> {
      const { page } = await openPage(browser);
      page.setDefaultTimeout(DEADLINE_MS);
      // The provider's own pages ask for a font of another site, which a machine without a network waits for.
      await page.context().route(
        ({ hostname }) => !["127.0.0.1", "localhost"].includes(hostname),
        (route) => route.abort(),
      );
      await page.goto(lectern.url + path, { waitUntil: "domcontentloaded" });
      return page;
    }
  },
);

/** By the provider's own pages: who it is, and that Lectern may know. */
async function signIn(page: Page, login: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in with the school" }).click();
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
