import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { launchChromium, openPage, takePicture, THEMES } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # of the shop
spec:
  replicas: 1
`;
const FILES = {
  "files/web.yaml": DEPLOYMENT,
  "files/run.sh": '#!/bin/bash\nset -e\necho "runs $1"\n',
  "files/src/main.go": 'package main\n\nfunc main() { println("go") }\n',
  "files/src/app.py": "def main():\n    return 1\n",
  "files/Dockerfile": "FROM scratch\nCOPY a /a\n",
  "files/windows.txt": "one\r\ntwo\r\n",
  "files/picture.bin": new Uint8Array([0, 1, 2, 255]),
};

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the editor", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let lab: ReturnType<typeof writeLab>;

  beforeAll(async () => {
    lab = writeLab("edit", {
      "workshop.yaml": "title: Edit\neditor: true\n",
      "pages/01.md": "# Edit\n\nLook around.\n",
      ...FILES,
    });
    server = await startLectern(["--lab", lab.folder]);
    browser = await launchChromium();
    ({ page, problems } = await openPage(browser, { size: { width: 1280, height: 800 } }));
    const scripts: string[] = [];
    page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { level: 1, name: "Edit" }).waitFor();
    await page.locator(".xterm").first().waitFor();
    expect(scripts.filter((path) => path.includes("editor"))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    lab?.remove();
  });

  const text = (path: string) => page.getByRole("textbox", { name: `Text of ${path}` });
  const node = (name: string) => page.getByRole("treegrid").getByRole("row", { name, exact: true });
  const home = (): string => {
    const sessions = join(server.data, "terminal/sessions");
    return join(sessions, readdirSync(sessions)[0] ?? "", "home");
  };
  const onDisk = (path: string): string => readFileSync(join(home(), path), "utf8");

  async function inTerminal(command: string): Promise<void> {
    await page.getByRole("tab", { name: "Terminal" }).click();
    await page.locator(".xterm-helper-textarea").first().focus();
    await page.keyboard.type(`${command}\n`);
  }

  async function openEditor(): Promise<void> {
    await page.getByRole("tab", { name: "Editor" }).click();
  }

  it("shows the home, and text in colours by its kind", async () => {
    await openEditor();
    await node("web.yaml").click();
    await text("web.yaml").getByText("Deployment").waitFor();
    await expect.poll(() => text("web.yaml").locator(".tok-propertyName").count()).toBeGreaterThan(3);
    await node("src").getByRole("button").first().click();
    for (const [name, path] of [
      ["main.go", "src/main.go"],
      ["app.py", "src/app.py"],
      ["run.sh", "run.sh"],
      ["Dockerfile", "Dockerfile"],
    ] as const) {
      await node(name).click();
      await expect
        .poll(() => text(path).locator("[class*=tok-]").count(), { message: path })
        .toBeGreaterThan(0);
    }
    await node("picture.bin").click();
    await page.getByRole("alert").getByText("picture.bin is no text, and cannot be edited here.").waitFor();
    await page.getByRole("button", { name: "web.yaml", exact: true }).click();
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await takePicture(page, `editor-${colorScheme}-1280`);
      expect(await accessibilityProblems(page, RULES_IN[colorScheme])).toEqual([]);
    }
  });

  it("has a tree that arrows, Home, End, Enter and letters walk through, as trees do", async () => {
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-key"));
    const press = async (key: string, path: string): Promise<void> => {
      await page.keyboard.press(key);
      await expect.poll(focused, { message: key }).toBe(path);
    };
    await page.getByRole("treegrid").press("Home");
    await press("Home", "src");
    expect(await node("src").getAttribute("aria-expanded")).toBe("true");
    await press("ArrowDown", "src/app.py");
    await press("ArrowLeft", "src");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => node("src").getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("Enter");
    await expect.poll(() => node("src").getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("Enter");
    await expect.poll(() => node("src").getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("ArrowRight");
    await node("main.go").waitFor();
    await press("w", "web.yaml");
    await press("ArrowDown", "windows.txt");
    await press("ArrowUp", "web.yaml");
    await press("End", ".kube");
    await press("Home", "src");
    await press("ArrowDown", "src/app.py");
    await page.keyboard.press("Enter");
    await text("src/app.py").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.getByRole("button", { name: "web.yaml", exact: true }).click();
  });

  it("saves what was typed, so that the shell has it, with line ends and permissions as they were", async () => {
    await text("web.yaml").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("# by hand");
    await page.getByRole("button", { name: "web.yaml, not saved" }).waitFor();
    await page.keyboard.press("Control+s");
    await expect.poll(() => onDisk("web.yaml")).toBe(`${DEPLOYMENT}# by hand`);
    await page.getByRole("button", { name: "web.yaml", exact: true }).waitFor();
    await node("windows.txt").click();
    await text("windows.txt").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("three");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(() => onDisk("windows.txt")).toBe("one\r\ntwo\r\nthree");
  });

  it("takes over what a shell writes, and asks where both have", async () => {
    await inTerminal("echo 'kind: FromShell' > web.yaml");
    await expect.poll(() => onDisk("web.yaml")).toBe("kind: FromShell\n");
    await openEditor();
    await page.getByRole("button", { name: "web.yaml", exact: true }).click();
    await text("web.yaml").getByText("FromShell").waitFor();
    await text("web.yaml").click();
    await page.keyboard.type("# mine ");
    await inTerminal("echo 'kind: Again' > web.yaml");
    await expect.poll(() => onDisk("web.yaml")).toBe("kind: Again\n");
    await openEditor();
    await text("web.yaml").click();
    await page.keyboard.press("Control+s");
    const question = page.getByRole("alert").filter({ hasText: "was changed meanwhile" });
    await question.waitFor();
    expect(onDisk("web.yaml")).toBe("kind: Again\n");
    await takePicture(page, "editor-conflict");
    expect(await accessibilityProblems(page)).toEqual([]);
    await question.getByRole("button", { name: "Save mine over it" }).click();
    await expect.poll(() => onDisk("web.yaml")).toContain("# mine ");
    await question.waitFor({ state: "detached" });
    await text("web.yaml").click();
    await page.keyboard.type("lost ");
    await inTerminal("echo 'kind: Theirs' > web.yaml");
    await openEditor();
    await question.getByRole("button", { name: "Show what is there" }).click();
    await text("web.yaml").getByText("Theirs").waitFor();
    expect(onDisk("web.yaml")).toBe("kind: Theirs\n");
  });

  it("says where YAML is wrong", async () => {
    await text("web.yaml").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("a: [1\nb: 2\n");
    await page.locator(".cm-lint-marker-error").first().waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("a: 1");
    await page.locator(".cm-lint-marker-error").first().waitFor({ state: "detached" });
    await page.keyboard.press("Control+s");
    await expect.poll(() => onDisk("web.yaml")).toBe("a: 1");
  });

  it("searches, indents with Tab, and lets the keyboard out after Esc", async () => {
    await text("web.yaml").click();
    await page.keyboard.press("Control+f");
    await page.getByPlaceholder("Find").waitFor();
    await page.keyboard.press("Escape");
    await text("web.yaml").click();
    await page.keyboard.press("Tab");
    await expect.poll(() => text("web.yaml").innerText()).toMatch(/^ {2}a: 1/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest(".cm-editor") === null))
      .toBe(true);
    await text("web.yaml").click();
    await page.keyboard.press("Control+s");
  });

  it("makes a file by its name, in a folder that is there, and says where it cannot", async () => {
    const field = page.getByRole("textbox", { name: "Path of a file in the home" });
    await field.fill("~/src/new.json");
    await field.press("Enter");
    await text("src/new.json").waitFor();
    expect(onDisk("src/new.json")).toBe("");
    await field.fill("nowhere/new.json");
    await field.press("Enter");
    await page.getByRole("alert").getByText("its folder is not there").waitFor();
    await field.fill("../../etc/passwd");
    await expect.poll(() => page.getByRole("button", { name: "Open or make" }).isDisabled()).toBe(true);
    await field.fill("");
  });

  it("asks before what was not saved is lost, and shows what was removed", async () => {
    await inTerminal("rm src/new.json");
    await openEditor();
    const question = page.getByRole("alert").filter({ hasText: "was removed or renamed meanwhile" });
    await page
      .getByRole("button", { name: "new.json" })
      .or(page.getByRole("button", { name: "src/new.json", exact: true }))
      .first()
      .click();
    await question.getByRole("button", { name: "Close it" }).click();
    await expect
      .poll(() => page.getByRole("list", { name: "Open files" }).getByText("new.json").count())
      .toBe(0);
  });

  it("fits a narrow screen, with the files or the text in sight", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Editor", exact: true }).click();
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await takePicture(page, `editor-${colorScheme}-390`);
      expect(await accessibilityProblems(page, RULES_IN[colorScheme])).toEqual([]);
    }
    await page.getByRole("button", { name: "Files", exact: true }).click();
    await node("run.sh").click();
    await text("run.sh").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(problems.filter((problem) => !/40[49]/.test(problem))).toEqual([]);
  });
});
