import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missingForContainers } from "../../containers/node/requirements.js";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { takePicture, THEMES } from "./chromium.js";
import { startLab, type StartedLab } from "./started-lab.js";

const lacks = missingForContainers();
if (lacks !== undefined) process.stdout.write(`left out: logs in the Kubernetes tab (no ${lacks.what})\n`);

const PAGE = `# Objects

\`\`\`execute-1
kubectl create deployment web --image=nginx:1.27 --replicas=2
\`\`\`

\`\`\`execute-1
kubectl scale deployment web --replicas=3
\`\`\`

\`\`\`execute-1
kubectl create secret generic login --from-literal=password=open-sesame
\`\`\`

\`\`\`execute-1
kubectl delete deployment web
\`\`\`
`;

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("the Kubernetes tab", () => {
  let lab: StartedLab;
  let page: Page;
  const loaded: string[] = [];

  beforeAll(async () => {
    lab = await startLab("objects", {
      "workshop.yaml": "title: Objects\nlayout: default\nkubernetes: true\n",
      "pages/01.md": PAGE,
    });
    ({ page } = lab);
    page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    await page.getByRole("heading", { level: 1, name: "Objects" }).waitFor();
    await page.locator(".xterm").first().waitFor();
  });
  afterAll(async () => {
    await lab?.close();
  });

  const tab = () => page.getByRole("tab", { name: "Kubernetes" });
  const row = (name: string | RegExp): Locator => page.getByRole("treegrid").getByRole("row", { name });
  const detail = (name: string | RegExp) => page.getByRole("region", { name });
  const yamlOf = (name: string) => page.getByRole("group", { name: `YAML of ${name}` });

  async function run(command: string): Promise<void> {
    const block = page.locator(".block").filter({ has: page.locator("pre", { hasText: command }) });
    await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await block.getByText(/Succeeded/).waitFor();
    await tab().click();
  }

  it("is loaded when it is first shown, and says that there is no workload yet", async () => {
    expect(loaded.filter((path) => path.includes("kubernetes"))).toEqual([]);
    await tab().click();
    await page.getByText("No workloads yet.").waitFor();
    await row("Came with the session").waitFor();
    expect(await row(/^ConfigMap/).count()).toBe(0);
    await takePicture(page, "kubernetes-view-empty");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("shows what a step has made, below what it belongs to", async () => {
    await run("kubectl create deployment web");
    await row(/^Deployment web, 2\/2 ready, new since the last step/).waitFor();
    await expect.poll(() => row(/^Pod web-.* Running.*, new since/).count()).toBe(2);
    expect(await row(/^ReplicaSet web-/).getAttribute("aria-level")).toBe("3");
    expect(
      await row(/^Pod web-/)
        .first()
        .getAttribute("aria-level"),
    ).toBe("4");
    await takePicture(page, "kubernetes-view-made");
  });

  it("marks what the next step has changed, and lists that alone", async () => {
    await row(/^Deployment web/).click();
    await page.getByRole("tab", { name: "YAML" }).click();
    await yamlOf("web").getByText("replicas: 2").first().waitFor();
    await run("kubectl scale deployment web");
    await row(/^Deployment web, 3\/3 ready, changed since the last step/).waitFor();
    await expect.poll(() => row(/^Pod web-.*, new since/).count()).toBe(1);
    await page.locator("[data-changed]", { hasText: "replicas: 3" }).first().waitFor();
    const text = await yamlOf("web").innerText();
    expect(text).toContain("kind: Deployment");
    expect(text).not.toContain("managedFields");
    await takePicture(page, "kubernetes-view-changed");
    await page.getByRole("checkbox", { name: "Since the last step" }).check();
    await expect.poll(() => row(/^Pod web-/).count()).toBe(1);
    await page.getByRole("checkbox", { name: "Since the last step" }).uncheck();
  });

  it("is used by keyboard: rows, what they are about, and back", async () => {
    await page.getByRole("button", { name: "Close the object" }).click();
    await row("Workloads").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await detail(/^ReplicaSet web-/).waitFor();
    await page.getByText("belongs to").getByRole("button", { name: "Deployment web" }).press("Enter");
    await detail("Deployment web").getByText("ScalingReplicaSet").first().waitFor();
  });

  it("shows the names of a Secret's values, and a value to who asks for it", async () => {
    await run("kubectl create secret generic login");
    await row(/^Secret login, password/).click();
    await page.getByRole("tab", { name: "YAML" }).click();
    await yamlOf("login").getByText("(11 bytes, hidden)").waitFor();
    await page.getByRole("button", { name: "Show the values" }).click();
    await yamlOf("login").getByText(Buffer.from("open-sesame").toString("base64")).waitFor();
  });

  it("is legible in both themes and on a phone", async () => {
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await takePicture(page, `kubernetes-view-${theme}`);
      expect(await accessibilityProblems(page, RULES_IN[theme])).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "Close the object" }).click();
    await page.getByRole("button", { name: /^Events/ }).click();
    await page.getByText("ScalingReplicaSet").first().waitFor();
    await takePicture(page, "kubernetes-view-events");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Objects", exact: true }).click();
    await page.setViewportSize({ width: 390, height: 844 });
    await page
      .getByRole("navigation", { name: "What is shown" })
      .getByRole("button", { name: "Kubernetes" })
      .click();
    await row(/^Deployment web/).waitFor();
    await takePicture(page, "kubernetes-view-phone");
    expect(await accessibilityProblems(page)).toEqual([]);
    await row(/^Deployment web/).click();
    await detail("Deployment web").waitFor();
    await takePicture(page, "kubernetes-view-phone-object");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Close the object" }).click();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it("keeps what a step has taken away in sight until the next one", async () => {
    await run("kubectl delete deployment web");
    await row(/^Deployment web, .*, gone since the last step/).waitFor();
    await takePicture(page, "kubernetes-view-gone");
  });
});

/** A busy machine takes its time to start 500 pods. */
const POD_DEADLINE_MS = 300_000;
const MANY = `# Many

\`\`\`terminal:execute
command: kubectl create deployment many --image=example.com/many:1 --replicas=500
\`\`\`

\`\`\`dashboard:open-dashboard
name: Console
\`\`\`

\`\`\`terminal:execute
command: kubectl create configmap late --from-literal=a=b
\`\`\`
`;
const EDUCATES = {
  kind: "Workshop",
  spec: {
    title: "Many",
    session: { applications: { console: { enabled: true }, vcluster: { enabled: true } } },
  },
};

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))(
  "the console of a workshop of Educates",
  { timeout: 600_000 },
  () => {
    let lab: StartedLab;
    let page: Page;

    beforeAll(async () => {
      lab = await startLab("many", {
        "workshop/content/01.md": MANY,
        "resources/workshop.yaml": JSON.stringify(EDUCATES),
      });
      ({ page } = lab);
      page.setDefaultTimeout(POD_DEADLINE_MS);
      await page.getByRole("heading", { level: 1, name: "Many" }).waitFor();
    });
    afterAll(async () => {
      await lab?.close();
    });

    const row = (name: string | RegExp): Locator => page.getByRole("treegrid").getByRole("row", { name });

    it("is found by its name, and draws of 500 pods those in sight", async () => {
      await page.getByRole("button", { name: /^Run in terminal 1: kubectl create deployment/ }).click();
      await page.getByRole("button", { name: "Show Console" }).click();
      await row(/^Deployment many, 500\/500 ready/).waitFor();
      await row(/^ReplicaSet many-/).press("ArrowRight");
      await row(/^Pod many-/)
        .first()
        .waitFor();
      expect(await page.getByRole("treegrid").getByRole("row").count()).toBeLessThan(100);
      await takePicture(page, "kubernetes-view-many");
      await page.getByRole("treegrid").press("End");
      await row("Came with the session").waitFor();
    });

    it("goes on telling what changes", async () => {
      await page.getByRole("button", { name: /^Run in terminal 1: kubectl create configmap/ }).click();
      await page.getByRole("button", { name: "Show Console" }).click();
      await page.getByRole("searchbox", { name: "Find an object" }).fill("late");
      await row(/^ConfigMap late, a, new since the last step/).waitFor();
      await page.getByRole("searchbox", { name: "Find an object" }).fill("");
    });
  },
);

const LOGS = `# Logs

\`\`\`execute-1
kubectl run talker --image=busybox:1.35 -- sh -c 'i=0; while true; do i=$((i+1)); echo "line $i"; sleep 1; done'
\`\`\`

\`\`\`execute-1
kubectl run crasher --image=busybox:1.35 -- sh -c 'echo about to crash; exit 3'
\`\`\`
`;

describe.skipIf(isWithout("chromium") || isWithout("kubectl") || lacks !== undefined)(
  "logs in the Kubernetes tab",
  () => {
    let lab: StartedLab;
    let page: Page;

    beforeAll(async () => {
      lab = await startLab("logs", {
        "workshop.yaml": "title: Logs\nlayout: default\nkubernetes: true\n",
        "pages/01.md": LOGS,
      });
      ({ page } = lab);
      page.setDefaultTimeout(120_000);
      await page.getByRole("heading", { level: 1, name: "Logs" }).waitFor();
    });
    afterAll(async () => {
      await lab?.close();
    });

    const row = (name: string | RegExp): Locator => page.getByRole("treegrid").getByRole("row", { name });

    async function run(command: string): Promise<void> {
      const block = page.locator(".block").filter({ has: page.locator("pre", { hasText: command }) });
      await block.getByRole("button", { name: /^Run in terminal 1/ }).click();
      await block.getByText(/Succeeded/).waitFor();
      await page.getByRole("tab", { name: "Kubernetes" }).click();
    }

    it("are followed as they are written", async () => {
      await run("kubectl run talker");
      await row(/^Pod talker, Running/).click();
      await page.getByRole("tab", { name: "Logs" }).click();
      const log = page.getByRole("group", { name: "Log of talker in talker" });
      await log.getByText(/line 2\n/).waitFor();
      const lines = async () => (await log.innerText()).trim().split("\n");
      const before = (await lines()).length;
      await expect.poll(async () => (await lines()).length).toBeGreaterThan(before + 1);
      const now = await lines();
      expect(now).toEqual(now.map((_line, at) => `line ${String(at + 1)}`));
      await page.getByText("Following; new lines come at the end.").waitFor();
      await takePicture(page, "kubernetes-view-log");
      expect(await accessibilityProblems(page)).toEqual([]);
    });

    it("are there of a container that has crashed, also from before it was started again", async () => {
      await run("kubectl run crasher");
      await row(/^Pod crasher, CrashLoopBackOff.*restart/).click();
      await page
        .getByText("The container ended with exit code 3")
        .or(page.getByText(/back-off/))
        .first()
        .waitFor();
      const log = page.getByRole("group", { name: "Log of crasher in crasher" });
      await log.getByText("about to crash").waitFor();
      await page.getByRole("checkbox", { name: "Before the last restart" }).check();
      await log.getByText("about to crash").waitFor();
      await page.getByText("That is the end of the log.").waitFor();
      await takePicture(page, "kubernetes-view-crashed");
    });

    it("say why the server does not give them, and when the connection is lost", async () => {
      const logs = "**/kubernetes/log?**";
      const previous = page.getByRole("checkbox", { name: "Before the last restart" });
      const message = "6 logs of this session are followed already. Close one of its pages.";
      await page.route(logs, (route) =>
        route.fulfill({ status: 429, json: { error: { code: "SERVER_TOO_MANY_REQUESTS", message } } }),
      );
      await previous.uncheck();
      await page.getByText(message).waitFor();
      await page.unroute(logs);
      await page.getByRole("button", { name: "Read again" }).click();
      const log = page.getByRole("group", { name: "Log of crasher in crasher" });
      await log.getByText("about to crash").waitFor();
      await page.route(logs, (route) => route.abort());
      await previous.check();
      await page.getByText("The connection is lost. It comes back by itself.").waitFor();
      await page.unroute(logs);
      await log.getByText("about to crash").waitFor();
    });
  },
);
