import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtInTabs } from "../common/built-in-tabs.js";
import { compileLabPage } from "../common/render-page.js";
import { sampleVariables } from "../common/variables.js";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-educates-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a title of a page that does not exist", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "modules.yaml beside a list of other pages",
      "workshop/modules.yaml:3",
      {
        "workshop/workshop.yaml": "modules: {activate: [a]}\n",
        "workshop/modules.yaml": "modules:\n  a: {name: A}\n  gone: {name: Gone}\n  b: {name: Not listed}\n",
      },
    ],
    [
      "config.yaml as a list",
      "workshop/config.yaml:3",
      { "workshop/config.yaml": "modules:\n- {name: a, title: A}\n- {name: gone, title: Gone}\n" },
    ],
    [
      "config.yaml as a map",
      "workshop/config.yaml:2",
      { "workshop/config.yaml": "modules:\n  gone: {title: Gone}\n  b: {title: B}\n" },
    ],
    [
      "the pathways of config.yaml",
      "workshop/config.yaml:3",
      { "workshop/config.yaml": "pathways:\n  modules:\n    gone: {title: Gone}\n    a.md: {title: B}\n" },
    ],
  ])("is told with file and line: %s", async (_where, place, files) => {
    await write({ ...files, "workshop/content/a.md": "# A", "workshop/content/b/index.md": "# B" });
    const lab = await loadLab(folder);
    expect(lab.problems.map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([
      `${place} The page gone has a title here and does not exist`,
    ]);
  });
});

describe("a workshop of the Hugo form", () => {
  it("has its pages by weight and title, those of bundles with their pictures, and values from its parameters", async () => {
    await write({
      "workshop/config.yaml":
        "params:\n- {name: product, value: Demo, aliases: [PRODUCT, SHOP]}\n- {name: space, aliases: [SESSION_NAMESPACE]}\n",
      "resources/workshop.yaml":
        "kind: Workshop\nmetadata: {name: shop}\nspec:\n  title: A shop\n  session:\n    env: [{name: SHOP, value: $(session_name)-shop}]\n",
      "workshop/content/01-start/index.md":
        "---\ntitle: Start\nweight: 20\n---\n**{{< param product >}}** {{< param space >}} ![pic](pic.png) ![p](/images/a.png) ![p](/workshop/content/01-start/pic.png) ![p](/workshop/content/b.png)\n",
      "workshop/content/01-start/pic.png": "",
      "workshop/content/01-start/notes.md": "no page",
      "workshop/static/images/a.png": "",
      "workshop/static/b.png": "",
      "workshop/content/_index.md": "---\ntitle: List\n---\n",
      "workshop/content/z.md": "+++\ntitle = 'First of all'\nweight = 10\n+++\nz\n",
      "workshop/content/b.md": "---\ntitle: B\nweight: 20\n---\nb\n",
      "workshop/content/a.md": "---\ntitle: Last, without a weight\n---\na\n",
      "workshop/content/draft.md": "---\ndraft: true\n---\na\n",
    });
    const lab = await loadLab(folder);
    expect(lab).toMatchObject({ name: "shop", title: "A shop", source: { form: "hugo" } });
    expect(lab.pages.map(({ name, title }) => `${name}: ${title}`)).toEqual([
      "z: First of all",
      "b: B",
      "01-start: Start",
      "a: Last, without a weight",
    ]);
    expect(lab.pages[2]?.pictures).toEqual({
      "pic.png": "workshop/content/01-start/pic.png",
      "/images/a.png": "workshop/static/images/a.png",
      "/workshop/content/01-start/pic.png": "workshop/content/01-start/pic.png",
      "/workshop/content/b.png": "workshop/static/b.png",
    });
    const { html } = compileLabPage(lab, lab.pages[2]!, sampleVariables(lab));
    expect(html).toContain("<strong>sample-shop</strong> sample <img");
    expect(lab.problems.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
      "workshop/content/draft.md draft",
    ]);
  });

  it("has pages of AsciiDoc among them, with values in braces, and tells of shortcodes there", async () => {
    await write({
      "workshop/config.yaml": "params:\n- {name: product, value: Demo}\n",
      "workshop/content/01-a/index.adoc":
        "---\nweight: 1\n---\n= Start\n\nThe *{product}* in {session_namespace}.\n\n[source,execute]\n----\nls\n----\n",
      "workshop/content/_index.adoc": "= List\n",
      "workshop/content/c.adoc": "= The Markdown of that name is the page\n",
      "workshop/content/b.adoc": "= Next\n\n{{< note >}}\n",
      "workshop/content/c.md": "---\nweight: 2\n---\n{{< param slides_url >}}\n",
    });
    const lab = await loadLab(folder);
    expect(lab.pages.map(({ title, templates }) => `${title} ${templates}`)).toEqual([
      "Start undefined",
      "C hugo",
      "Next undefined",
    ]);
    const [start, other] = lab.pages.map((page) => compileLabPage(lab, page, sampleVariables(lab)));
    expect(start?.html).toContain("<strong>Demo</strong> in sample.");
    expect(start?.actions.map(({ view }) => view.text)).toEqual(["ls"]);
    expect(other?.html).toContain("/slides");
    expect(lab.problems.map(({ file, line, fidelity }) => `${file}:${line} ${fidelity}`)).toEqual([
      "workshop/content/b.adoc:3 lacking",
    ]);
  });

  it("has its pages by path where none has a weight, and titles of modules where a page has none", async () => {
    await write({
      "workshop/config.yaml": "modules:\n- {name: 02-b/10-c, title: From the list}\n",
      "workshop/content/02-b/10-c.md": "c",
      "workshop/content/02-a.md": "---\ntitle: 2024\n---\n",
      "workshop/content/10-d.md": "d",
    });
    expect((await loadLab(folder)).pages.map(({ title }) => title)).toEqual(["2024", "From the list", "D"]);
  });

  it("has links between its pages as sites and as files write them", async () => {
    const links = ["../02-b/", "/02-b/", "02-b/index.md", "02-b#part", "../more/03-c/", "/more/03-c.html"];
    await write({
      "workshop/content/01-a.md": links.map((link) => `[x](${link})`).join(" "),
      "workshop/content/02-b/index.md": "## Part",
      "workshop/content/more/03-c.md": "[up](../01-a.md) [lost](../04-d/)",
    });
    const lab = await loadLab(folder);
    expect(lab.problems.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      "workshop/content/more/03-c.md: The link ../04-d/ leads to no page of the lab",
    ]);
    const { html } = compileLabPage(lab, lab.pages[0]!, sampleVariables(lab));
    expect([...html.matchAll(/href="s\/sample\/([^"]+)"/g)].map(([, page]) => page)).toEqual([
      "02-b",
      "02-b",
      "02-b",
      "02-b#part",
      "03-c",
      "03-c",
    ]);
  });

  it("follows its pathway, and says which of its pages are not there", async () => {
    await write({
      "workshop/config.yaml":
        "pathways:\n  default: short\n  paths:\n    short:\n      steps: [b, gone, a]\n      params: [{name: x, value: of the path}]\nparams: [{name: x, value: of all}]\n",
      "workshop/content/a.md":
        '{{< pathway "short" >}}{{< param x >}}{{< /pathway >}}{{< pathway "long" >}}no{{< /pathway >}}',
      "workshop/content/b.md": "b",
      "workshop/content/c.md": "c",
    });
    const lab = await loadLab(folder);
    expect(lab.pages.map(({ name }) => name)).toEqual(["b", "a"]);
    expect(compileLabPage(lab, lab.pages[1]!, sampleVariables(lab)).html).toBe("<p>of the path</p>\n");
    expect(lab.problems).toMatchObject([
      {
        severity: "error",
        rule: "missing-page",
        file: "workshop/config.yaml",
        line: 5,
        message: expect.stringContaining("gone") as string,
      },
    ]);
  });

  it("loads whatever is wrong with one of its files, and says what with the line", async () => {
    const outside = mkdtempSync(join(tmpdir(), "lectern-outside-"));
    try {
      writeFileSync(join(outside, "secret.md"), "secret");
      await write({
        "workshop/config.yaml": "params:\n- {name: a, value: b\n",
        "resources/workshop.yaml": "spec:\n  title: x\n  session: [1]\n",
        "workshop/content/a.md": "---\ntitle: Part 2: more\n---\n# Heading\n",
        "workshop/content/b.md": "fine",
      });
      symlinkSync(join(outside, "secret.md"), join(folder, "workshop/content/c.md"));
      writeFileSync(
        join(folder, "workshop/content/d.md"),
        Buffer.from("# D\n\ncaf\u00e9 na\u00efve\n", "latin1"),
      );
      const lab = await loadLab(folder);
      expect(lab.pages.map(({ title }) => title)).toEqual(["Heading", "B", "C", "D"]);
      expect(lab.pages[3]?.source).toContain("café naïve");
      expect(
        lab.problems.map(({ severity, file, line, rule }) => `${severity} ${file}:${line} ${rule}`),
      ).toEqual([
        "error resources/workshop.yaml:3 workshop-file",
        "error workshop/config.yaml:3 workshop-file",
        "error workshop/content/a.md:2 front-matter",
        "error workshop/content/c.md:1 unreadable-page",
        "warning workshop/content/d.md:3 encoding",
      ]);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it.each([
    ["a value", 'kind: Workshop\nspec:\n  title: "{{ .Values.title }}"\n  description: {{ .Values.x }}\n'],
    ["a line", "{{- if .Values.x }}\nkind: Workshop\n{{- end }}\n"],
  ])("loads where its resource is a template by %s", async (_what, resource) => {
    await write({ "resources/workshop.yaml": resource, "workshop/content/a.md": "a" });
    const { problems, pages } = await loadLab(folder);
    expect(pages).toHaveLength(1);
    expect(problems).toMatchObject([
      { severity: "warning", rule: "workshop-file", message: expect.stringContaining("template") as string },
    ]);
  });

  it("without a page that can be read is refused", async () => {
    await write({ "workshop/config.yaml": "params: []\n" });
    await expect(loadLab(folder)).rejects.toMatchObject({ code: "LAB_INVALID" });
  });
});

describe("a Workshop resource", () => {
  it("fills the values of a session into objects, tabs and the environment, and says what has none", async () => {
    await write({
      "workshop/content/a.md": "{{< param ENV_SPACE >}}",
      "resources/workshop.yaml": `apiVersion: training.educates.dev/v1alpha3
kind: Workshop
metadata: {name: parts}
spec:
  request:
    parameters: [{name: color, value: red}, {name: size}]
  environment:
    objects:
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: shared, namespace: $(workshop_namespace)}}
  session:
    env: [{name: SPACE, value: $(session_namespace)}, {name: SECRET, valueFrom: {secretKeyRef: {}}}]
    objects:
    - apiVersion: v1
      kind: ConfigMap
      metadata: {name: $(session_namespace)-notes}
      data: {$(session_name): "$(color) $(HOME)"}
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: $(nope)}}
    - {apiVersion: v1, kind: Namespace, metadata: {name: other}}
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: other}}
    - {apiVersion: kappctrl.k14s.io/v1alpha1, kind: App, metadata: {name: y}}
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: script}, data: {a.sh: "echo $(date)"}}
    dashboards:
    - {name: Console}
    - {name: App, url: "$(ingress_protocol)://$(session_namespace).example.org"}
    - {name: Editor}
    - {name: More, url: "terminal:2"}
    - {name: Registry, url: "https://$(registry_host)/"}
    - {name: Typo, url: "https://$(ingres_domain)/"}
`,
    });
    const lab = await loadLab(folder);
    expect(lab.objects.map((text) => text.split("\n").slice(0, 4).join(" "))).toEqual([
      "apiVersion: v1 kind: ConfigMap metadata:   name: shared",
      'apiVersion: v1 kind: ConfigMap metadata:   name: "{{ session_namespace }}-notes"',
      "apiVersion: v1 kind: ConfigMap metadata:   name: script",
    ]);
    expect(lab.objects[2]).toContain("a.sh: echo $(date)");
    expect(lab.objects[1]).toContain('"{{ session_name }}": "{{ color }} $(HOME)"');
    expect(lab.dashboards).toEqual([
      { name: "Console" },
      { name: "App", url: "{{ ingress_protocol }}://{{ session_namespace }}.example.org" },
    ]);
    expect(lab.shells?.environment).toEqual({ SPACE: "{{ session_namespace }}" });
    expect(sampleVariables(lab)).toMatchObject({ color: "red", ENV_SPACE: "sample" });
    expect(lab).toMatchObject({ budget: "custom", minutes: 60 });
    expect(lab.problems.map(({ line, fidelity, message }) => `${line} ${fidelity}: ${message}`)).toEqual([
      expect.stringMatching(
        /^17 lacking: .*ConfigMap \$\(nope\), names \$\(nope\), which is no name that has a value/,
      ),
      expect.stringMatching(/^28 lacking: .*\$\(ingres_domain\), which is no name that has a value/),
      '6 approximated: spec.request.parameters[0] always has its default: color is "red"',
      "6 lacking: spec.request.parameters[1] asks for size, which has no value here",
      "11 lacking: spec.session.env[1] takes SECRET from an object of the original, and is left out",
      expect.stringMatching(/^18 lacking: .*the Namespace other, belongs to the whole cluster/),
      expect.stringMatching(/^19 lacking: .*the ConfigMap x, is for the namespace other/),
      expect.stringMatching(
        /^20 lacking: .*kind App of kappctrl.k14s.io, which Kubernetes itself does not have/,
      ),
      expect.stringMatching(/^21 approximated: .*script, names \$\(date\), .*stays as it is written/),
      expect.stringMatching(/^25 lacking: .*the tab Editor, which sessions do not have/),
      expect.stringMatching(/^26 approximated: .*is terminal 2/),
      expect.stringMatching(/^27 lacking: .*\$\(registry_host\), which is of a registry of the session/),
    ]);
    const wrong = lab.problems.filter(({ severity }) => severity === "error");
    expect(wrong.map(({ line }) => line)).toEqual([17, 28]);
  });

  it("does not take for mistyped what it declares itself, and leaves to Kubernetes what containers have", async () => {
    await write({
      "workshop/content/a.md": "a",
      "resources/workshop.yaml": `kind: Workshop
spec:
  request:
    parameters: [{name: size}, {name: key, generate: expression}]
  session:
    env:
    - {name: SIZE, value: $(size)}
    - {name: greeting, value: hello}
    - {name: LINE, value: $(greeting)}
    - {name: TOKEN, value: $(base64(session_name))}
    - {name: TYPO, value: $(sizze)}
    dashboards: [{name: Web, url: "https://$(size).example.org/"}]
    objects:
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {key: $(key)}}
    - apiVersion: v1
      kind: Pod
      metadata: {name: p}
      spec:
        containers:
        - {name: a, image: nginx, args: [$(port)], env: [{name: host, value: x}, {name: port, value: $(host)}]}
`,
    });
    const lab = await loadLab(folder);
    const references = lab.problems.filter(({ message }) => message.includes("$("));
    expect(references.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      expect.stringMatching(/^error .*env\[4\] names \$\(sizze\), which is no name/),
      expect.stringMatching(/^warning .*env\[0\] names \$\(size\), which nothing fills in here/),
      expect.stringMatching(/^warning .*env\[2\] names \$\(greeting\), which nothing/),
      expect.stringMatching(/^warning .*env\[3\] names \$\(base64\(session_name\)\), which is not encoded/),
      expect.stringMatching(/^warning .*dashboards\[0\] names \$\(size\), which nothing/),
      expect.stringMatching(/^warning .*ConfigMap x, names \$\(key\), which nothing/),
    ]);
    expect(lab.objects).toHaveLength(1);
    expect(lab.objects[0]).toContain("$(port)");
  });

  it("names the applications that are not to be had before anybody starts the lab", async () => {
    await write({
      "workshop/content/a.md": "a",
      "resources/workshop.yaml":
        "kind: Workshop\nspec:\n  session:\n    applications:\n      terminal: {enabled: true, layout: split}\n      docker: {enabled: yes}\n      editor: {enabled: false}\n      vcluster: {enabled: true}\n",
    });
    const lab = await loadLab(folder);
    expect(lab).toMatchObject({ needs: ["docker"], cluster: "own", layout: "split" });
    expect(lab.problems.map(({ line }) => line)).toEqual([6, 8]);
  });

  it("leaves objects out that no cluster of a session's own has, and takes those whose kinds it defines", async () => {
    const objects = [
      "{apiVersion: kappctrl.k14s.io/v1alpha1, kind: App, metadata: {name: foreign}}",
      "{apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: gone}}",
      "{apiVersion: example.org/v1, kind: Bell, metadata: {name: bell, namespace: elsewhere}}",
      "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: bells.example.org}, spec: {group: example.org}}",
    ];
    await write({
      "workshop/content/a.md": "a",
      "resources/workshop.yaml": `kind: Workshop\nspec:\n  session:\n    applications:\n      vcluster: {enabled: true}\n    objects:\n    - ${objects.join("\n    - ")}\n`,
    });
    const lab = await loadLab(folder);
    expect(lab.objects.map((text) => /kind: (\w+)/.exec(text)?.[1])).toEqual([
      "Bell",
      "CustomResourceDefinition",
    ]);
    expect(lab.problems.map(({ severity, line }) => [severity, line])).toEqual([
      ["warning", 5],
      ["warning", 7],
      ["warning", 8],
    ]);
  });

  it("has its console of Kubernetes as the tab of that name, where its dashboards place it", async () => {
    await write({
      "workshop/content/a.md": "```dashboard:open-dashboard\nname: Console\n```\n",
      "resources/workshop.yaml":
        'kind: Workshop\nspec:\n  session:\n    applications:\n      console: {enabled: true, vendor: octant}\n      vcluster: {enabled: true}\n    dashboards:\n    - {name: Web, url: "https://example.org/"}\n    - {name: Console}\n',
    });
    const lab = await loadLab(folder);
    expect(lab).toMatchObject({ kubernetesTab: "Console", cluster: "own" });
    expect(builtInTabs(lab)).toEqual(["Terminal", "Console"]);
    expect(lab.dashboards.map(({ name }) => name)).toEqual(["Web", "Console"]);
    expect(lab.problems.filter(({ rule }) => rule === "dashboard")).toEqual([]);
    expect(lab.problems.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("console comes to the tab Console with the objects of the session's namespace"),
    );
  });

  it("is found in a file of another name, behind other documents", async () => {
    await write({
      "workshop/content/a.md": "a",
      "resources/session.yaml":
        "# first\n---\nkind: TrainingPortal\n---\nkind: Workshop\nspec:\n  title: Found\n  difficulty: extreme\n  duration: 5m\n",
    });
    const lab = await loadLab(folder);
    expect(lab).toMatchObject({ title: "Found", level: "advanced", minutes: 60, workMinutes: 5 });
    expect(lab.problems).toMatchObject([{ file: "resources/session.yaml", line: 8 }]);
  });
});

function write(files: Record<string, string>): Promise<void> {
  return writeFiles(folder, files);
}
