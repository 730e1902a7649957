import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileLabPage } from "../common/render-page.js";
import { sampleVariables } from "../common/variables.js";
import { lintLab } from "./lint-lab.js";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";
import { labFile } from "./pictures.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-lab-"));
});

afterEach(() => rm(folder, { recursive: true }));

describe("a native lab", () => {
  it("has its pages in order, with titles, pictures and checks", async () => {
    await write({
      "workshop.yaml": "title: A lab\nminutes: 5\npages: [two, one]\nvariables: {color: blue}\n",
      "pages/one.md": "# One *page*\n\n![p](a.png) ![p](./images/b.png) ![p](../../x.png)\n",
      "pages/two.md": "---\ntitle: Second\n---\n{{ nope }}\n\n```execute\nls\n```\n",
      "images/b.png": "",
      "checks.yaml": "pages:\n  - page: two\n    steps:\n      - {step: 0, exit: nonzero}\n",
    });
    const lab = await loadLab(folder);
    expect(lab.pages.map(({ name, title }) => [name, title])).toEqual([
      ["two", "Second"],
      ["one", "One page"],
    ]);
    expect(lab.pages[1]?.pictures).toEqual({
      "a.png": null,
      "./images/b.png": "images/b.png",
      "../../x.png": null,
    });
    expect(lab.pages[0]?.checks.expectations[0]?.exit).toBe("nonzero");
    expect(lintLab(lab).map(({ rule, line }) => [rule, line])).toEqual([
      ["unknown-variable", 4],
      ["missing-picture", 3],
      ["missing-picture", 3],
    ]);
  });

  it("has pages of different names whatever their files are called", async () => {
    await write({
      "workshop.yaml": "title: x\n",
      "pages/a-b.md": "# One\n",
      "pages/a_b.md": "# Two\n",
      "pages/A b.md": "# Three\n",
    });
    const names = (await loadLab(folder)).pages.map(({ name }) => name);
    expect([names.length, new Set(names.map((name) => name.toLowerCase())).size]).toEqual([3, 3]);
  });

  it("has no picture that lies on its author's machine alone, however it is written", async () => {
    await write({
      "workshop.yaml": "title: x\n",
      "pages/a.md": '![p](file:///home/me/p.png)\n\n<img src="file:///home/me/q.png" alt="q">\n',
    });
    expect(lintLab(await loadLab(folder)).map(({ rule, line }) => [rule, line])).toEqual([
      ["missing-picture", 1],
      ["missing-picture", 3],
    ]);
  });

  it("hands out the pictures of its pages and nothing else", async () => {
    await write({
      "workshop.yaml": "title: x\n",
      "pages/a.md": "![p](b.png) ![p](c.png)",
      "pages/b.png": "b",
      "more/c.png": "c",
    });
    const lab = await loadLab(folder, { imageFolders: [join(folder, "more")] });
    expect(labFile(lab, "pages/b.png")).toBe(join(folder, "pages/b.png"));
    const elsewhere = await loadLab(folder, { imageFolders: [join(folder, "more")] });
    expect(labFile(elsewhere, elsewhere.pages[0]?.pictures["c.png"] ?? "")).toBe(join(folder, "more/c.png"));
    expect(() => labFile(lab, "workshop.yaml")).toThrow(/shows no picture workshop.yaml/);
  });

  it("hands out pictures of a folder outside of it that it was told to look in", async () => {
    const shared = mkdtempSync(join(tmpdir(), "lectern-images-"));
    try {
      await write({ "workshop.yaml": "title: x\n", "pages/a.md": "![p](shared.png)" });
      writeFileSync(join(shared, "shared.png"), "s");
      const lab = await loadLab(folder, { imageFolders: [shared] });
      const path = lab.pages[0]?.pictures["shared.png"] ?? "";
      expect(labFile(lab, path)).toBe(join(shared, "shared.png"));
    } finally {
      rmSync(shared, { recursive: true });
    }
  });

  it("shows no file from outside of it, whatever a link, a path or a setting says", async () => {
    const outside = mkdtempSync(join(tmpdir(), "lectern-outside-"));
    try {
      writeFileSync(join(outside, "secret"), "secret");
      writeFileSync(join(outside, "page.md"), "secret");
      await write({ "workshop.yaml": "title: x\n", "pages/a.md": "![p](b.png)" });
      symlinkSync(join(outside, "secret"), join(folder, "pages/b.png"));
      expect((await loadLab(folder)).pages[0]?.pictures).toEqual({ "b.png": null });
      symlinkSync(join(outside, "page.md"), join(folder, "pages/c.md"));
      const linked = await loadLab(folder);
      expect(JSON.stringify(linked.pages[1])).toContain("lies outside of the lab's folder");
      expect(JSON.stringify(linked)).not.toContain("secret");
      const up = relative(folder, outside);
      await write({ "workshop.yaml": `title: x\npages: [a]\nfiles: ${up}\n` });
      await expect(loadLab(folder)).rejects.toMatchObject({ code: "LAB_INVALID" });
      await write({ "workshop.yaml": `title: x\npages: ["../${up}/page"]\n` });
      await expect(loadLab(folder)).rejects.toMatchObject({ code: "LAB_PAGE_NOT_FOUND" });
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it("has no picture where the address cannot be decoded, and loads", async () => {
    await write({ "workshop.yaml": "title: x\n", "pages/a.md": "![p](100%.png)" });
    expect((await loadLab(folder)).pages[0]?.pictures).toEqual({ "100%25.png": null });
  });

  it("refuses a workshop.yaml with a word it does not know, naming it", async () => {
    await write({ "workshop.yaml": "title: x\ntittle: y\n", "pages/a.md": "a" });
    await expect(loadLab(folder)).rejects.toMatchObject({
      code: "LAB_INVALID",
      message: expect.stringContaining("tittle") as string,
    });
  });

  it("refuses checks of a page it does not have", async () => {
    await write({
      "workshop.yaml": "title: x\n",
      "pages/a.md": "a",
      "checks.yaml": "pages: [{page: b, steps: []}]",
    });
    await expect(loadLab(folder)).rejects.toMatchObject({ code: "CHECK_FILE_INVALID" });
  });
});

describe("the title of a page", () => {
  it.each([
    ["```sh\n# list the pods\n```\n\n# Pods *and* `nodes`\n", "Pods and nodes"],
    ["<!--\n# hidden\n-->\n\nTitle\n=====\n", "Title"],
    ["    # code\n\ntext\n", "No heading"],
    ["~~~execute\n# a comment\nls\n~~~\n", "No heading"],
    ["> # Quoted\n", "Quoted"],
    ["---\ntitle: '# front'\n---\n# Other\n", "# front"],
  ])("is its first heading, and no comment of a command: %j", async (page, title) => {
    await write({ "workshop.yaml": "title: x\n", "pages/01-no-heading.md": page });
    expect((await loadLab(folder)).pages[0]?.title).toBe(title);
  });
});

describe("a workshop.yaml that does not fit", () => {
  it("is refused with the line of each wrong key", async () => {
    await write({
      "workshop.yaml": "title: x\nminutes: many\n\ndashboards:\n  - name: a\n    link: b\ncolour: blue\n",
      "pages/a.md": "# A",
    });
    await expect(loadLab(folder)).rejects.toThrow(
      /line 2, minutes: .*line 6, dashboards\.0: .*"link".*line 7, the whole: .*"colour"/s,
    );
  });
});

describe("a classic Educates folder", () => {
  it("has its ingresses and the tabs that show them, and says which it cannot have", async () => {
    await write({
      "workshop/workshop.yaml": "modules: {activate: [a]}\n",
      "workshop/content/a.md":
        "[app](https://app-{{ session_name }}.{{ ingress_domain }}/x) [other](https://example.org/)",
      "resources/workshop.yaml": `spec:
  session:
    ingresses:
      - {name: app, port: 8080, changeOrigin: false}
      - {name: web, host: web.$(session_namespace).svc, protocol: https}
      - {name: docs, host: docs.example.org}
    dashboards:
      - {name: App, url: "$(ingress_protocol)://app-$(session_name).$(ingress_domain)$(ingress_port_suffix)/"}
      - {name: Gone, url: "$(ingress_protocol)://gone-$(session_namespace).$(ingress_domain)/"}
      - {name: Lost, url: "$(ingress_protocol)://lost-$(nobody).$(ingress_domain)/"}
`,
    });
    const lab = await loadLab(folder);
    expect(lab.ingresses).toEqual([
      { name: "app", port: 8080, protocol: "http", path: "/" },
      { name: "web", port: 443, protocol: "https", path: "/", service: "web" },
    ]);
    const told = lintLab(lab).map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`);
    expect(told).toEqual([
      expect.stringMatching(/^error unsupported: .*dashboards\[2\] names \$\(nobody\)/),
      expect.stringMatching(
        /^warning dashboard: The tab "Gone" .* names an application that the lab lists no ingress for: it is answered by an Ingress of the session/,
      ),
      "warning unsupported: spec.session.ingresses[0].changeOrigin is not supported and has no effect",
      "warning unsupported: spec.session.ingresses[2] leads neither to the terminals nor to a Service of the session, and is left out",
    ]);
    const variables = { ...sampleVariables(lab), session_url: "http://localhost/s/sample" };
    const [page] = lab.pages;
    const { html } = compileLabPage(lab, page!, variables);
    expect(html).toContain('href="http://localhost/s/sample/ingress/app/x"');
    expect(html).toContain('href="https://example.org/"');
  });

  it("loads as it is and says what has no effect", async () => {
    await write({
      "workshop/workshop.yaml":
        "name: Old\nmodules:\n  activate: [overview, exercises/01-a, exercises/02-gone]\nvars: {color: red}\n",
      "workshop/modules.yaml":
        "modules:\n  overview: {name: Welcome, exit_sign: Go}\nconfig:\n  vars: [{name: color, value: blue}, {name: size, value: 3}]\n",
      "workshop/content/overview.md": "Hi {{ color }} {{ size }}",
      "workshop/content/exercises/01-a.md":
        "```execute-1\ntmc cluster namespace attach -k ws-1 -c x\n```\n![p](./images/p.png)",
      "workshop/content/exercises/images/p.png": "",
      "resources/workshop.yaml":
        "metadata: {name: old-lab}\nspec:\n  title: Old lab\n  duration: 2h\n  session:\n    namespaces: {budget: large}\n    env: [{name: URL, value: x.example}]\n    applications: {terminal: {enabled: true, layout: split}, docker: {enabled: true}}\n",
    });
    const lab = await loadLab(folder);
    expect(lab).toMatchObject({
      name: "old-lab",
      title: "Old lab",
      // Twice what its author says the work takes.
      minutes: 240,
      budget: "large",
      layout: "split",
      level: "beginner",
      workspaces: ["ws-1"],
    });
    expect(lab.variables).toEqual({ color: "red", size: "3", ENV_URL: "x.example" });
    expect(lab.pages.map(({ name, title }) => [name, title])).toEqual([
      ["overview", "Welcome"],
      ["01-a", "A"],
    ]);
    expect(lab.pages[1]?.pictures["./images/p.png"]).toBe("workshop/content/exercises/images/p.png");
    expect(lintLab(lab).map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      "missing-page: The page exercises/02-gone does not exist",
      "unsupported: spec.session.applications.docker is not to be had here; blocks that need it say so",
      "unsupported: exit_sign has no effect: the link to the next page bears that page's title",
    ]);
  });

  it("says once each what a resource asks for and does not get", async () => {
    await write({
      "workshop/workshop.yaml": "modules:\n  activate: [one]\n",
      "workshop/content/one.md": "# One\n",
      "workshop/examiner/tests/verify": "",
      "workshop/slides/index.html": "",
      "resources/workshop.yaml":
        "spec:\n  workshop: {image: quay.io/x/jdk17-environment:latest}\n  session:\n    namespaces: {role: cluster-admin, budget: custom, patches: []}\n    security: {policy: privileged}\n",
    });
    const unsupported = lintLab(await loadLab(folder)).filter(({ rule }) => rule === "unsupported");
    expect(
      unsupported.map(({ message }) => message.replace(" is not supported and has no effect", "")),
    ).toEqual([
      "spec.workshop.image quay.io/x/jdk17-environment:latest is not used: programs that only it has are not there",
      "spec.session.namespaces.role cluster-admin is not given: learners have the role admin in their namespace",
      "spec.session.namespaces.budget custom leaves the namespace to the lab's own quotas and limits",
      "spec.session.namespaces.patches",
      "spec.session.security",
      "workshop/slides has no effect: the definition does not switch slides on (spec.session.applications.slides)",
    ]);
  });
});

describe("a Markdown file", () => {
  it("is a lab named by its file and titled by its first heading", async () => {
    await write({
      "My page.md":
        "\n### **Image _Policies_**\n\n```execute-1\ntmc cluster namespace attach -n a --workspace-name ops -c b\n```\n",
    });
    const lab = await loadLab(join(folder, "My page.md"));
    expect(lab).toMatchObject({ name: "my-page", title: "Image Policies", workspaces: ["ops"] });
  });

  it("that does not exist is told as such", async () => {
    await expect(loadLab(join(folder, "none.md"))).rejects.toMatchObject({ code: "LAB_NOT_FOUND" });
  });
});

function write(files: Record<string, string>): Promise<void> {
  return writeFiles(folder, files);
}
