import { withoutApplication } from "./absent-applications.js";
import { CONSOLE_TAB } from "./dashboards.js";
import type { EducatesResource, EducatesSession } from "./educates-schema.js";
import { secondaryNamespaces } from "./educates-namespaces.js";
import type { Lab } from "./lab.js";
import { type ResourceNote, approximated, lacking } from "./resource-note.js";
import { LEARNER_ROLE } from "./session.js";

/** Applications of a session that Lectern has in another way, and how. */
const OTHER_WAY: Readonly<Record<string, string>> = {
  console: `comes to the tab ${CONSOLE_TAB} with the objects of the session's namespace, to look at; change them with kubectl`,
  vcluster: "comes to an embedded Kubernetes of the session's own, which its learner administers",
};
/** Applications that need no word: sessions have the same. */
const SAME = new Set(["terminal", "workshop", "editor", "examiner", "files", "uploads", "slides"]);

/** Whether sessions ask for a cluster of their own. */
export function asksForCluster(session: EducatesSession): boolean {
  return session.applications?.["vcluster"]?.enabled === true || secondaryNamespaces(session).length > 0;
}

/** Whether sessions show the slides of the workshop. */
export function hasSlides({ applications }: EducatesSession): boolean {
  return applications?.["slides"]?.enabled === true;
}

/** Where a workshop has its slides. */
export const SLIDES_FOLDER = "workshop/slides";

/** What of a lab the applications switch on; the console is that of Kubernetes, whichever program it is in the original. */
export function switchedOn(
  session: EducatesSession,
): Pick<Lab, "cluster" | "editor" | "slides" | "kubernetesTab"> {
  const { editor, console: kubernetes } = session.applications ?? {};
  return {
    ...(asksForCluster(session) && { cluster: "own" }),
    ...(editor?.enabled === true && { editor: true }),
    ...(hasSlides(session) && { slides: SLIDES_FOLDER }),
    ...(kubernetes?.enabled === true && { kubernetesTab: CONSOLE_TAB }),
  };
}

/** Names of the applications that a lab switches on and that are not to be had, and what is to be said of all that it switches on. */
export function applicationsOf(session: EducatesSession): { missing: string[]; notes: ResourceNote[] } {
  const enabled = Object.entries(session.applications ?? {}).filter(
    ([name, settings]) => settings?.enabled === true && !SAME.has(name),
  );
  const missing = enabled.filter(([name]) => !Object.hasOwn(OTHER_WAY, name)).map(([name]) => name);
  const notes = enabled.map(([name]) => {
    const path = ["spec", "session", "applications", name];
    const other = OTHER_WAY[name];
    return other === undefined
      ? {
          ...lacking(path, "is not to be had here; blocks that need it say so"),
          fix: withoutApplication(name),
        }
      : approximated(path, other);
  });
  return { missing, notes: [...notes, ...slidesNotes(session)] };
}

/** Of reveal.js there is one version here, which shows slides of the fourth to the sixth as they are. */
const SHOWS_SLIDES = /^\s*[v^~=]?\s*(?:[456](?:\.[\dxX*]{1,4}){0,2}|[xX*]|latest)?\s*$/;

function slidesNotes(session: EducatesSession): ResourceNote[] {
  const settings: unknown = session.applications?.["slides"];
  const { version } = Object(Object(settings)["reveal.js"]) as { version?: unknown };
  if (!hasSlides(session) || typeof version !== "string" || SHOWS_SLIDES.test(version)) return [];
  return [
    approximated(
      ["spec", "session", "applications", "slides", "reveal.js", "version"],
      `${version} is not here: the slides are shown with reveal.js 5, unless their folder brings its own`,
    ),
  ];
}

/** What else a resource asks for and does not get. */
export function unsupportedParts({ spec }: EducatesResource): ResourceNote[] {
  const session = spec.session ?? {};
  return [
    ...imageParts(spec.workshop?.image),
    ...namespaceParts(session),
    ...otherKeys(session, ["spec", "session"], SESSION_PARTS),
    ...otherKeys(spec.environment ?? {}, ["spec", "environment"], ENVIRONMENT_PARTS),
    ...otherKeys(spec.workshop ?? {}, ["spec", "workshop"], WORKSHOP_PARTS),
    ...otherKeys(spec, ["spec"], SPEC_PARTS),
  ];
}

const SESSION_PARTS = new Set(
  "namespaces budget applications dashboards ingresses objects env resources".split(" "),
);
const ENVIRONMENT_PARTS = new Set(["objects"]);
const WORKSHOP_PARTS = new Set(["image", "files"]);
/** Those of the catalogue say nothing a learner would miss. */
const SPEC_PARTS = new Set(
  "title description vendor authors version url logo tags labels difficulty duration content publish workshop request environment session".split(
    " ",
  ),
);

function otherKeys(part: object, path: readonly string[], known: ReadonlySet<string>): ResourceNote[] {
  return Object.keys(part)
    .filter((name) => !known.has(name))
    .map((name) => lacking([...path, name]));
}

/** Programs of another image are not there; the usual one has what a lab of commands needs. */
function imageParts(image: string | null | undefined): ResourceNote[] {
  if (!image || image.includes("base-environment")) return [];
  return [
    lacking(["spec", "workshop", "image"], `${image} is not used: programs that only it has are not there`),
  ];
}

function namespaceParts(session: EducatesSession): ResourceNote[] {
  const { namespaces } = session;
  const isAdministrator = asksForCluster(session);
  const path = ["spec", "session", "namespaces"];
  const { role, budget, security, secondary: _secondary, ...others } = namespaces ?? {};
  return [
    ...(isAdministrator ? [] : roleParts(role, [...path, "role"])),
    ...(budget === "custom"
      ? [approximated([...path, "budget"], "custom leaves the namespace to the lab's own quotas and limits")]
      : []),
    ...(security?.policy === "privileged"
      ? [
          lacking(
            [...path, "security", "policy"],
            "privileged is refused: pods are held to the standard baseline",
          ),
        ]
      : []),
    ...Object.keys(others).map((name) => lacking([...path, name])),
  ];
}

function roleParts(role: string | null | undefined, path: readonly string[]): ResourceNote[] {
  if (!role || role === LEARNER_ROLE) return [];
  const difference = `${role} is not given: learners have the role ${LEARNER_ROLE} in their namespace`;
  return [role === "cluster-admin" ? lacking(path, difference) : approximated(path, difference)];
}
