import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signImage } from "../kubernetes/policy/signed-image.js";
import { type SmallRegistry, startSmallRegistry } from "../kubernetes/policy/small-registry.js";
import { isWithout } from "../requirements/without.js";
import { createPolicy, focusedName, goTo, openForm, policyRow, showConsole } from "./console-steps.js";
import { type ConsoleVisit, visitConsole, WORKSPACE } from "./console-visit.js";

const REPOSITORY = "team/app";
const IDENTITY = "https://git.example.com/team/app/* https://token.actions.example.com";

// One visitor, in order, against `lectern serve` that may ask one registry.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the console's form of signatures", () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-console-signatures-"));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
  const otherPem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
    type: "spki",
    format: "pem",
  }) as string;
  let registry: SmallRegistry;
  let visit: ConsoleVisit;
  let page: Page;

  beforeAll(async () => {
    registry = await startSmallRegistry();
    const file = join(folder, "registries.yaml");
    const listed = { host: registry.host, endpoint: `http://${registry.host}` };
    writeFileSync(file, JSON.stringify({ registries: [listed] }));
    visit = await visitConsole(["--registries", file]);
    ({ page } = visit);
    await showConsole(page);
    await page.getByRole("row", { name: new RegExp(WORKSPACE) }).click();
  });
  afterAll(async () => {
    await visit?.end();
    await registry?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const policyOf = async (name: string) =>
    (
      await visit.ask<{ policy: { spec: { recipe: string; input: Record<string, unknown> } } }>(
        `workspaces/${WORKSPACE}/policies/${name}`,
      )
    ).policy.spec;

  it("has registries asked by a choice that the keyboard makes, and keeps it", async () => {
    const form = await openForm(page, "Require Digest");
    const choice = form.getByRole("checkbox", { name: /^Ask what tags mean/ });
    await choice.focus();
    await page.keyboard.press("Space");
    expect(await choice.isChecked()).toBe(true);
    await createPolicy(page, "pins");
    expect((await policyOf("pins")).input).toMatchObject({ verify: true });
    await page.getByRole("button", { name: "Edit pins" }).click();
    const edited = page.getByRole("form", { name: "Edit pins" });
    expect(await edited.getByRole("checkbox", { name: /^Ask what tags mean/ }).isChecked()).toBe(true);
    await page.keyboard.press("Escape");
  });

  it("says at each field what is wrong with a signer, and goes there", async () => {
    const form = await openForm(page, "Require Signature");
    expect(await form.getByRole("checkbox").count()).toBe(0);
    await form.getByLabel("Policy Name").fill("signed");
    const create = form.getByRole("button", { name: "Create Policy" });
    await create.click();
    await form.getByText("Recipe require-signature needs at least one signer that is trusted.").waitFor();
    await expect.poll(() => focusedName(page)).toBe("Trusted Keys");
    await form.getByLabel("Trusted Keys").fill("not a key");
    await create.click();
    await form.getByText(/^The key of signer 1 must be a public key in PEM form/).waitFor();
    await visit.look("signature-key", form.getByLabel("Trusted Keys"));
    await form.getByLabel("Trusted Keys").fill("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
    await create.click();
    await form.getByText(/is no public key that can be read/).waitFor();
    await form.getByLabel("Trusted Keys").fill(pem + otherPem);
    await form.getByLabel("Trusted Identities").fill("dev@example.com");
    await create.click();
    await form.getByText(/^The issuer of signer 3 is missing/).waitFor();
    await expect.poll(() => focusedName(page)).toBe("Trusted Identities");
  });

  it("trusts keys and identities, in the order they are typed", async () => {
    const form = page.getByRole("form", { name: "New image registry policy" });
    await form.getByLabel("Trusted Identities").fill(IDENTITY);
    await visit.look("signature-form", form.getByLabel("Trusted Identities"));
    await createPolicy(page, "signed");
    await policyRow(page, "signed").getByText("Require Signature").waitFor();
    const [subject, issuer] = IDENTITY.split(" ");
    expect(await policyOf("signed")).toMatchObject({
      recipe: "require-signature",
      input: { authorities: [{ key: pem.trim() }, { key: otherPem.trim() }, { subject, issuer }] },
    });
    await page.getByRole("button", { name: "Edit signed" }).click();
    const edited = page.getByRole("form", { name: "Edit signed" });
    expect(await edited.getByLabel("Trusted Keys").inputValue()).toBe(
      [pem, otherPem].map((each) => each.trim()).join("\n"),
    );
    expect(await edited.getByLabel("Trusted Identities").inputValue()).toBe(IDENTITY);
    await page.keyboard.press("Escape");
  });

  it("says of an image whether it is signed", async () => {
    const digest = registry.push(REPOSITORY, "1.0");
    signImage(registry, { repository: REPOSITORY, digest, key: privateKey });
    const image = `${registry.host}/${REPOSITORY}@${digest}`;
    await goTo(page, "Namespaces");
    await page.getByRole("button", { name: visit.id, exact: true }).click();
    await page.getByLabel("Workspace").selectOption(WORKSPACE);
    await page.getByRole("button", { name: "Attach", exact: true }).click();
    await page.getByText(`The policies of ${WORKSPACE} hold here now.`).waitFor();
    const explain = page.getByRole("region", { name: "Explain an image" });
    await explain.getByLabel("Image", { exact: true }).fill(image);
    await explain.getByRole("button", { name: "Explain" }).click();
    await explain.getByText("✕ Refused").waitFor();
    await explain
      .getByText(/nothing is known of its signatures yet/i)
      .first()
      .waitFor();
    await visit.look("signature-unknown", explain.getByText("✕ Refused"));
    await visit.askAsInstructor("POST", "image-policies/verify", { image });
    await explain.getByRole("button", { name: "Explain" }).click();
    await explain.getByText("✓ May run").waitFor();
  });

  it("meets no error of the page on the way", () => {
    // What the server refuses, the browser counts as a failure.
    expect(visit.problems.filter((problem) => !problem.includes("400"))).toEqual([]);
  });
});
