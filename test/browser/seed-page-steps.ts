import type { Locator, Page } from "playwright-core";
import { policyRow } from "./console-steps.js";

/** What a learner does with the page of the original product, by the page's own words, in the order of the page. */
export class SeedPage {
  readonly #page: Page;
  /** Of the session, and so of its namespace. */
  readonly #id: string;

  constructor(page: Page, id: string) {
    this.#page = page;
    this.#id = id;
  }

  async findWorkspace(): Promise<void> {
    const page = this.#page;
    await page.getByRole("tab", { name: "Console" }).click();
    const console = page.getByRole("region", { name: "Policy console" });
    await page.getByRole("navigation", { name: "Console" }).getByRole("button", { name: "Policies" }).click();
    await console.getByRole("heading", { level: 1, name: "Policies", exact: true }).waitFor();
    const tab = console.getByRole("tabpanel", { name: "Image Registry" });
    await console.getByRole("tab", { name: "Image Registry", selected: true }).waitFor();
    await tab.getByRole("button", { name: "Workspaces" }).click();
    await page.getByRole("row", { name: "tko-day1-ops-ws" }).click();
    await page.getByText("Image registry policies for workspace tko-day1-ops-ws").waitFor();
  }

  async requireDigests(): Promise<void> {
    const page = this.#page;
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await page
      .getByRole("combobox", { name: "Image Registry Template" })
      .selectOption({ label: "Require Digest" });
    await page.getByRole("textbox", { name: "Policy Name" }).fill("digest-image-policy");
    await page.getByText(/^Label Selectors/).waitFor();
    await page.getByRole("button", { name: "Create Policy", exact: true }).click();
    await policyRow(page, "digest-image-policy").waitFor();
  }

  async blockBusybox(): Promise<void> {
    const page = this.#page;
    await page.getByRole("button", { name: "Create Image Registry Policy" }).click();
    await page.getByLabel("Image Registry Template").selectOption({ label: "Custom" });
    await page.getByLabel("Policy Name").fill("no-busybox-image-policy");
    const rule = page.getByRole("group", { name: "Rule" });
    await rule.getByRole("textbox", { name: "Image Name" }).fill("busybox");
    for (const optional of ["Hostname", "Port"])
      await rule.getByRole("textbox", { name: optional }).waitFor();
    await page.getByRole("button", { name: "Add Another Rule" }).waitFor();
    await page.getByRole("button", { name: "Create Policy", exact: true }).click();
    const created = policyRow(page, "no-busybox-image-policy");
    await page.getByLabel("Organization and workspaces").getByText("2 policies", { exact: true }).waitFor();
    for (const may of ["Edit", "Delete"])
      await created.getByRole("button", { name: `${may} no-busybox-image-policy` }).waitFor();
  }

  async seeRefusals(): Promise<void> {
    await this.run(`get ns ${this.#id}`);
    await this.run("namespace attach");
    await this.run("create deployment");
    await this.run("get events");
    const terminal = this.#page.locator(".xterm-rows").first();
    await terminal
      .getByText(/FailedCreate/)
      .first()
      .waitFor();
    for (const policy of ["digest-image-policy", "no-busybox-image-policy"]) {
      await terminal.getByText(new RegExp(policy)).first().waitFor();
    }
  }

  async deletePolicies(): Promise<void> {
    const page = this.#page;
    await page.getByRole("tab", { name: "Console" }).click();
    for (const name of ["digest-image-policy", "no-busybox-image-policy"]) {
      await page.getByRole("button", { name: `Delete ${name}` }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByRole("button", { name: "Delete policy" }).click();
      await policyRow(page, name).waitFor({ state: "detached" });
    }
  }

  blockWith(command: string): Locator {
    return this.#page
      .locator(".block")
      .filter({ has: this.#page.locator("pre", { hasText: command }) })
      .first();
  }

  async run(command: string): Promise<void> {
    const block = this.blockWith(command);
    await block.getByRole("button", { name: /^Run (again )?in terminal 1/ }).click();
    await block.getByText(/Succeeded/).waitFor();
  }
}
