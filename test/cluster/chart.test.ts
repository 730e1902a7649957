import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import type { LabSummary, SessionEvent, SessionView } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, typeAndSee } from "../server/browser-session.js";
import { startLectern, temporaryFolder, until } from "../server/lectern-process.js";
import { InstalledChart, NAMESPACE } from "./installed-chart.js";
import { labOfOwnImage } from "./author-image.js";
import { learnFirstSteps, learnSeedPage, seedLab } from "./chart-in-chromium.js";
import { labInPods } from "./lab-in-pods.js";
import { labInGit, startNodeGit } from "./node-git.js";
import { podMemory } from "./pod-memory.js";
import { killContainer, tagImage } from "./product-images.js";
import { type RealCluster, hasRealCluster, realCluster } from "./real-cluster.js";
import { silencePod } from "./silence-pod.js";
import { validateInPods } from "./validate-in-pods.js";

const SHELLS = "lectern-shells";
const CLUSTER_KINDS =
  "namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings,customresourcedefinitions,priorityclasses,persistentvolumes";
const NAMESPACE_KINDS = "all,secrets,configmaps,serviceaccounts,leases,ingresses,pvc,networkpolicies,pdb";
/** Without it the API server would judge by no parameters again. */
const PARAMETER_READER = ["policy", "policybinding"].map(
  (kind) => `validatingadmission${kind}.admissionregistration.k8s.io/parameter-reader.policy.lectern.dev`,
);
/** What the chart and the pods of sessions ask for. */
const SERVER_MEBIBYTES = 384;
const SHELL_MEBIBYTES = 128;
const LONG = { timeout: 120_000 };
/** All servers start again, one after the other, on a machine that may have other things to do. */
const RESTARTS = { timeout: 10 * 60_000 };

describe.skipIf(!hasRealCluster())("the chart, with three servers in pods and shells in pods", () => {
  let cluster: RealCluster;
  let before: string[];
  let chart: InstalledChart;
  let browser: BrowserSession;
  let session: SessionView;

  beforeAll(async () => {
    cluster = realCluster();
    before = await clusterObjects();
    chart = await InstalledChart.install(cluster);
    browser = new BrowserSession(chart.url);
  });
  afterAll(async () => {
    await chart?.close();
    await cluster?.read("delete", "namespace", NAMESPACE, "--ignore-not-found");
    await cluster?.read(
      "delete",
      "configmap",
      "in-pods",
      "own-image",
      "seed-page",
      "--namespace=default",
      "--ignore-not-found",
    );
  });

  it("has all its servers ready, and its own test says so and what it asked", async () => {
    const servers = await chart.servers();
    expect(servers.map(({ isReady }) => isReady)).toEqual([true, true, true]);
    expect(await chart.test()).toMatch(/Phase: +Succeeded[^]*\/readyz answers 200\n[^]*\/ answers 200\n/);
  });

  it("takes a lab of a ConfigMap, and gives its learner a shell in a pod of the tool box", async () => {
    await cluster.apply(...labInPods());
    await offered("in-pods");
    session = await startLab("in-pods");
    await browser.run(session, 0);
    const first = await browser.outcome(session, 0);
    expect([first.state, first.output?.trim()]).toEqual(["succeeded", `learner\n${session.id}`]);
    const image = "--output=jsonpath={.spec.containers[0].image}";
    expect(await cluster.read("get", "pod", session.id, `--namespace=${SHELLS}`, image)).toBe(
      chart.images.toolbox.name,
    );
  });

  it("has its tools, the learner's rights, and tmc, which reaches the servers", async () => {
    await browser.run(session, 1);
    const { state, output = "" } = await browser.outcome(session, 1);
    expect([state, output]).toEqual(["succeeded", expect.stringMatching(/^v3\.[^]*yes\n[^]*team/)]);
    await browser.run(session, 4);
    expect((await browser.outcome(session, 4)).state).toBe("failed");
  });

  it("gives the learner of a lab with an image of its author a shell in a pod of that", async () => {
    const { image, objects } = await labOfOwnImage(cluster.node);
    await cluster.apply(...objects);
    await offered("own-image");
    const own = await startLab("own-image");
    const shown = "--output=jsonpath={.spec.containers[0].image}";
    expect(await cluster.read("get", "pod", own.id, `--namespace=${SHELLS}`, shown)).toBe(image);
    for (const [number, said] of [/of the author\nlearner/, /No such file/, /team/].entries()) {
      await browser.run(own, number);
      const { state, output = "" } = await browser.outcome(own, number);
      expect([state, output]).toEqual(["succeeded", expect.stringMatching(said)]);
    }
    await browser.json("DELETE", `api/sessions/${own.id}`);
  });

  it("tells at every server what becomes of a shell", async () => {
    const told = await Promise.all(
      (await chart.servers()).map(async (server) => {
        const events: SessionEvent["type"][] = [];
        const there = browser.at(await chart.urlOf(server));
        const stop = await there.events(`api/sessions/${session.id}/events`, (event) => {
          events.push((event as SessionEvent).type);
        });
        return { events, stop };
      }),
    );
    const socket = await terminal(await browser.ticket(session.id));
    socket.send(JSON.stringify({ type: "hello", columns: 80, rows: 24 }));
    socket.send(JSON.stringify({ type: "input", data: "exit\r" }));
    for (const { events, stop } of told) {
      await expect.poll(() => events, LONG).toContain("terminal-exited");
      stop();
    }
    socket.close();
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
  });

  it("loses no command and no shell when every server is killed, one after the other", RESTARTS, async () => {
    await browser.run(session, 3);
    for (const { name, container } of await chart.servers()) {
      await killContainer(cluster.node, container);
      await until("the page is answered", 60_000, () => stateOf(3));
      await until(`${name} is back`, 120_000, async () =>
        (await chart.servers()).find(
          (server) => server.name === name && server.isReady && server.container !== container,
        )
          ? true
          : undefined,
      );
    }
    await expect.poll(() => stateOf(3), LONG).toBe("succeeded");
    expect(sameShell((await browser.outcome(session, 3)).output)).toBe(true);
  });

  it(
    "loses no command and no shell when a pod is not heard for a while, and shows again what it shows",
    async () => {
      const shown = await terminal(await browser.ticket(session.id));
      await typeAndSee(shown, "echo to be''fore\r", /to before/);
      const ticket = await browser.ticket(session.id);
      await browser.run(session, 2);
      await until("it runs", 60_000, async () => ((await stateOf(2)) === "running" ? true : undefined));
      const end = await silencePod(cluster, session.id, SHELLS);
      try {
        // The page asks again.
        expect(await browser.socket(session.id, ticket)).toBe(502);
        const asked = ["exec", session.id, `--namespace=${SHELLS}`, "--", "bash", "-c"];
        await cluster.until([...asked, "grep -lx sleep /proc/[0-9]*/comm || echo it is over"], /it is over/);
        expect(await stateOf(2)).toBe("running");
      } finally {
        await end();
      }
      const { state, output } = await browser.outcome(session, 2, LONG.timeout);
      expect([state, sameShell(output)]).toEqual(["succeeded", true]);
      await typeAndSee(shown, "echo to af''ter\r", /to after/, LONG.timeout);
      shown.close();
      const another = await terminal(await browser.ticket(session.id));
      await typeAndSee(another, "echo on''ce more\r", /to before[^]*to after[^]*once more/);
      another.close();
    },
    RESTARTS.timeout,
  );

  it("makes and ends sessions after those that led were killed", async () => {
    const { id } = await startLab("first-steps");
    expect(await cluster.read("get", "pods", `--namespace=${SHELLS}`, "--output=name")).toContain(
      `pod/${id}`,
    );
    await browser.json("DELETE", `api/sessions/${id}`);
    await expect
      .poll(
        async () => cluster.read("get", "sessions,namespaces,pods", "--all-namespaces", "--output=name"),
        LONG,
      )
      .not.toContain(id);
  });

  it("goes on while PostgreSQL is away, and says why nothing is begun", async () => {
    await chart.postgres.stop();
    try {
      const refused = await until("nothing is begun", 60_000, async () => {
        const answer = await browser.call(
          "POST",
          `api/sessions/${session.id}/pages/${session.currentPage}/steps/${await stepId(0)}/run`,
        );
        return answer.status === 503 ? answer : undefined;
      });
      expect(refused.text).toContain("SERVER_DATABASE_UNAVAILABLE");
      expect((await chart.servers()).every(({ isReady }) => isReady)).toBe(true);
    } finally {
      await chart.postgres.start();
    }
    await until("steps begin again", 60_000, () =>
      browser.run(session, 0).then(
        () => true,
        () => undefined,
      ),
    );
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
  });

  it("is upgraded under a live session, whose command, shell, results and link stay", RESTARTS, async () => {
    const tag = "the-next-one";
    const [repository] = chart.images.server.name.split(":");
    await tagImage(cluster.node, chart.images.server.name, `${repository}:${tag}`);
    const token = () =>
      cluster.read(
        "get",
        "secret",
        "lectern-instructor",
        `--namespace=${NAMESPACE}`,
        "--output=jsonpath={.data.token}",
      );
    const first = await token();
    await browser.run(session, 2);
    await chart.upgrade("--set-string", `image.tag=${tag}`, "--set", "logLevel=debug");
    expect((await chart.servers()).map(({ image }) => image)).toEqual(
      Array.from({ length: 3 }, () => `${repository}:${tag}`),
    );
    const outcome = await browser.outcome(session, 2);
    expect([outcome.state, sameShell(outcome.output)]).toEqual(["succeeded", true]);
    expect(await stateOf(3)).toBe("succeeded");
    expect(await token()).toBe(first);
  });

  it("takes a lab of a git repository over HTTPS, and keeps its revision for who has it", async () => {
    const git = await startNodeGit(cluster.node);
    const shown = ["get", "workshop", "of-git", "--output=jsonpath={.status.revision} {.status.title}"];
    try {
      const revision = git.commit(labInGit("First edition"));
      await cluster.apply(git.workshop("of-git"));
      await cluster.until(shown, new RegExp(`^${revision} First edition$`));
      const first = await startLab("of-git");
      const next = git.commit(labInGit("Second edition"));
      await cluster.until(shown, new RegExp(`^${next} Second edition$`));
      expect((await startLab("of-git")).title).toBe("Second edition");
      expect((await browser.json<SessionView>("GET", `api/sessions/${first.id}`)).title).toBe(
        "First edition",
      );
    } finally {
      await git.remove();
    }
  });

  it.skipIf(isWithout("chromium"))("shows a learner first-steps in Chromium, from page to page", async () => {
    await learnFirstSteps(chart.url);
  });

  it.skipIf(isWithout("chromium") || seedLab() === undefined)(
    "shows a learner the page of the original product in Chromium, whose policies hold",
    async () => {
      await cluster.apply(...(seedLab() ?? []));
      await learnSeedPage(chart.url);
    },
  );

  it("needs no more memory for a server and a shell than their pods ask for", async () => {
    const [servers, shells] = [await podMemory(cluster, NAMESPACE), await podMemory(cluster, SHELLS)];
    process.stderr.write(
      `memory in MiB: servers ${servers.join(", ")}; pods of sessions ${shells.join(", ")}\n`,
    );
    // One that was replaced may not be gone yet.
    expect(servers.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...servers)).toBeLessThan(SERVER_MEBIBYTES);
    expect(Math.max(...shells)).toBeLessThan(SHELL_MEBIBYTES);
  });

  it.each(["first-steps", "image-registry-policies"])("has %s validated in pods", async (lab) => {
    const { status, output } = await validateInPods(lab, chart, cluster);
    expect([status, output]).toEqual([0, expect.any(String)]);
  });

  it("leaves nothing when it is uninstalled but what is said to stay", RESTARTS, async () => {
    const held = ["pod", "lectern-test", `--namespace=${NAMESPACE}`];
    await cluster.read(
      "patch",
      ...held,
      "--type=merge",
      '--patch={"metadata":{"finalizers":["example.org/held"]}}',
    );
    expect(await chart.uninstall()).toMatch(
      /\d+ sessions ended[^]*pod lectern-test of helm test could not be removed/,
    );
    await cluster.read("patch", ...held, "--type=merge", '--patch={"metadata":{"finalizers":null}}');
    await expect
      .poll(async () => newObjects(), LONG)
      .toEqual([`namespace/${NAMESPACE}`, ...PARAMETER_READER]);
    const place = `--namespace=${NAMESPACE}`;
    await expect
      .poll(async () => names(await cluster.read("get", NAMESPACE_KINDS, place, "--output=name")), LONG)
      .toEqual(["configmap/kube-root-ca.crt", "secret/lectern-database", "serviceaccount/default"]);
  });

  it("leaves a cluster on which lectern serve works afterwards", async () => {
    const folder = temporaryFolder();
    try {
      const flags = ["--kubeconfig", cluster.kubeconfig];
      const lectern = await startLectern(join(folder.path, "data"), flags);
      try {
        const learner = new BrowserSession(lectern.url);
        const { id, phase } = await learner.startLab("first-steps");
        expect(phase).toBe("Active");
        await learner.json("DELETE", `api/sessions/${id}`);
      } finally {
        await lectern.stop();
      }
    } finally {
      folder.remove();
    }
  });

  async function terminal(ticket: string): Promise<WebSocket> {
    const socket = await browser.socket(session.id, ticket);
    if (typeof socket === "number") throw new Error(`refused with ${String(socket)}`);
    return socket;
  }

  async function offered(lab: string): Promise<void> {
    await until(`the lab ${lab} is offered`, 60_000, async () =>
      (await browser.json<LabSummary[]>("GET", "api/labs")).some(({ name }) => name === lab)
        ? true
        : undefined,
    );
  }

  async function startLab(lab: string): Promise<SessionView> {
    const { id } = await browser.json<SessionView>("POST", "api/sessions", { lab });
    return until(`session ${id} is active`, 120_000, async () => {
      const view = await browser.json<SessionView>("GET", `api/sessions/${id}`).catch(() => undefined);
      if (view?.phase === "Failed") throw new Error(`the session failed: ${view.reason ?? ""}`);
      return view?.phase === "Active" ? view : undefined;
    });
  }

  async function stateOf(number: number): Promise<string | undefined> {
    const view = await browser.json<SessionView>("GET", `api/sessions/${session.id}`).catch(() => undefined);
    return view?.results.find((result) => result.number === number)?.state;
  }

  async function stepId(number: number): Promise<string> {
    const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
    const { actions } = await browser.json<{ actions: { step: string }[] }>("GET", page);
    return actions[number]?.step ?? "";
  }

  async function clusterObjects(): Promise<string[]> {
    return names(await cluster.read("get", CLUSTER_KINDS, "--output=name"));
  }

  async function newObjects(): Promise<string[]> {
    return (await clusterObjects()).filter((name) => !before.includes(name));
  }
});

function names(text: string): string[] {
  return text.trim().split("\n").toSorted();
}

function sameShell(output = ""): boolean {
  const [said, noted] = output.trim().split("\n");
  return noted !== undefined && (said?.endsWith(` ${noted}`) ?? false);
}
