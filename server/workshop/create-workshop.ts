import { slidesContent } from "../../workshop/node/slides.js";
import type { Logger } from "pino";
import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { withDeadline } from "../../kubernetes/node/deadline.js";
import { progressOf } from "../../workshop/common/progress.js";
import type { BrokenLab, LabSummary, SessionView } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import type { GuestSpec } from "../../workshop/common/help.js";
import { type LabIngress, ingressByRules } from "../../workshop/common/ingress.js";
import type { Lab } from "../../workshop/common/lab.js";
import { isRestoring } from "../../workshop/common/restoration.js";
import { findPage, pageView } from "../../workshop/common/render-page.js";
import { type SessionResource, isPooled, labKeyOf, phaseOf } from "../../workshop/common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { requireCluster } from "../../workshop/node/session-cluster.js";
import { giveBack, givenFiles } from "../../workshop/node/given-files.js";
import { type PageNotes, notesText } from "../../workshop/common/notes.js";
import { transcriptText } from "../../workshop/common/transcript.js";
import { homeArchive } from "../../workshop/node/home-archive.js";
import { labFile } from "../../workshop/node/pictures.js";
import type { PageCompiler } from "../../workshop/node/page-compiler.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import { shellOf, variablesOf } from "../../workshop/node/session-environment.js";
import type { SessionProvisioner } from "../../workshop/node/session-provisioner.js";
import type { SessionQueue } from "../../workshop/node/session-queue.js";
import type { TurnTaking } from "../../workshop/node/turns.js";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import { createSession } from "../../workshop/node/sessions.js";
import type { Tokens } from "../auth/tokens.js";
import { subjectOf } from "../learner/shell-environment.js";
import { offeredLabs } from "../lab-repository.js";
import type { DiskWatch } from "../disk-watch.js";
import type { MemoryWatch } from "../memory-watch.js";
import type { ActivityTracker } from "../store/activity-tracker.js";
import { requireAvailable, summarise, summariseUnread } from "./catalogue.js";
import type { ClusterAbilities } from "./catalogue.js";
import { type Found, findSession, requireActive, settled, stillRead } from "./found-session.js";
import { LostPods } from "./lost-pods.js";
import type { InstructorTable } from "./instructor-table.js";
import type { PageWatch } from "./page-watch.js";
import type { SessionCache } from "./session-cache.js";
import type { SessionPool } from "./session-pool.js";
import type { SessionFollowers } from "./session-follower.js";
import { endSessionOf, sessionNotFound } from "./end-session.js";
import { sessionChanges } from "./session-changes.js";
import { stepChanges } from "./step-changes.js";
import { createSessionLookup } from "./session-lookup.js";
import { briefView, followSession, tellSession, viewOf } from "./session-views.js";
import type { Restorations } from "./restorations.js";
import type { Steps } from "./steps.js";
import { type TakeHintParts, takeHint } from "./take-hint.js";
import type { NewSession, Workshop } from "./workshop.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

/** A lab that takes longer than this is broken, or behind one that is. */
const LATE_LAB_MS = 15_000;
const TAKEN_BACK = "the session was brought to the start of a page meanwhile, which ends what runs in it";

export interface WorkshopParts extends Pick<TakeHintParts, "noteHints"> {
  labs: ReadonlyMap<string, Lab>;
  /** Takes in what their authors have changed since. */
  refreshLabs: () => Promise<void>;
  /** Looks for one that another server may have already. */
  lookForLab: (name: string) => Promise<void>;
  /** Looks for the revision of a lab that another server gives to new sessions already. */
  catchUpWithLab: (name: string) => Promise<void>;
  brokenLabs: () => readonly BrokenLab[];
  /** Paths of labs that are still being read. */
  lateLabs: () => readonly string[];
  /** Resolves when none of them is any more. */
  labsSettled: () => Promise<void>;
  abilities: ClusterAbilities;
  /** Whether labs are shown to the author who writes them. */
  followsFiles: boolean;
  /** Whether recordings outlive their sessions. */
  keepsRecordings: boolean;
  client: KubernetesClient;
  settings: SessionSettings;
  compiler: PageCompiler;
  provisioner: SessionProvisioner;
  policies: { service: PolicyAdministration };
  steps: Steps;
  restorations: Pick<Restorations, "begin" | "takeUp" | "close">;
  pages: PageWatch;
  /** Whether of several servers this one watches the pages of the session. */
  looksAfter: (session: string) => boolean;
  turns: TurnTaking;
  leadership: Leadership;
  host: SessionHost;
  disk: DiskWatch;
  memory: Pick<MemoryWatch, "requireRoom">;
  tokens: Tokens;
  activity: ActivityTracker;
  provisioning: SessionQueue;
  pool: SessionPool;
  cache: SessionCache;
  followers: SessionFollowers;
  table: InstructorTable;
  log: Logger;
}

/** Joins labs, sessions, steps and their records to what the routes call. */
export function createWorkshop(parts: WorkshopParts): Workshop {
  const { activity, table, client, settings } = parts;
  const found = (id: string) => findSession(parts, id);
  const active = (id: string) => requireActive(found(id));
  followChanges(parts);
  const lostPods = new LostPods(parts);
  const touched = (id: string) => {
    activity.touch(id);
    table.changed(id);
  };
  return {
    labs: () => catalogue(parts),
    brokenLabs: () => brokenLabs(parts),
    createSession: (wanted) => startSession(parts, wanted),
    ...createSessionLookup(parts),
    find: (id) => findView(parts, id),
    ingress: (id, name) => findIngress(parts, id, name),
    session: (id) => briefView(parts, found(id).session),
    view: (id) => viewOf(parts, found(id).session),
    progress: ({ id, pages }) => progressOf(pages, (page, step) => activity.isDone(id, page, step)),
    liveSessions: () => parts.cache.live(),
    ...sessionChanges(parts),
    endSession: (id) => endSessionOf(parts, id),
    guestOf: (id) => guestIn(parts.cache.get(id)),
    page: async (id, page) => {
      found(id);
      await parts.refreshLabs();
      return showPage(parts, found(id), page);
    },
    visit: async (id, page) => {
      findPage(found(id).lab, page);
      await activity.visit(id, page);
      watchPage(parts, id);
      table.changed(id);
      // Whoever watches the session follows to the page.
      await tellSession(parts, id);
    },
    openTerminal: async (address) => {
      const { session, lab } = active(address.session);
      await lostPods.withPod(session, lab, () =>
        parts.host.open(address, shellOf(session, lab, { client, settings })),
      );
    },
    touch: touched,
    ...stepChanges(parts, touched),
    hint: (address) => takeHint(parts, found(address.session), address),
    follow: (id, listener) => followSession(parts, found(id).session, listener),
    givenFiles: (id) => givenFiles(found(id).lab),
    notes: (id) => activity.notes(found(id).session.metadata.name),
    saveNotes: (id, notes) => saveNotes(parts, active(id), notes),
    archive: (id) => packSession(parts, active(id)),
    giveBack: (id, path) => giveBack(parts, settled(active(id)), path),
    file: async (id, path) => labFile(found(id).lab, path),
    slides: (id, path) => slidesContent(found(id).lab, path),
    table,
    pools: () => parts.pool.views(),
  };
}

async function saveNotes(
  { activity }: WorkshopParts,
  { session, lab }: Found,
  notes: PageNotes,
): Promise<{ version: number }> {
  findPage(lab, notes.page);
  if (await activity.saveNotes(session.metadata.name, notes)) return { version: notes.version + 1 };
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionNotesChanged,
    "These notes were saved in another tab or window since this one read them, so that yours were not. Choose which to keep",
  );
}

/** With what was run on pages that its lab has. */
async function packSession(parts: WorkshopParts, found: Found): Promise<Uint8Array> {
  const session = await viewOf(parts, found.session);
  const pages: PageView[] = [];
  for (const { name } of found.lab.pages) pages.push(await showPage(parts, found, name));
  const transcript = transcriptText({ session, pages, results: session.results });
  const notes = notesText(session, await parts.activity.notes(session.id));
  return homeArchive(parts.host, { session: session.id, transcript, notes });
}

/** Who has been let in. */
function guestIn(session: SessionResource | undefined): GuestSpec | undefined {
  const guest = session?.spec.guest;
  return guest?.agreedAt === undefined ? undefined : guest;
}

async function catalogue({ labs, refreshLabs, lateLabs, abilities }: WorkshopParts): Promise<LabSummary[]> {
  await refreshLabs();
  const known = offeredLabs(labs);
  const unread = lateLabs().filter((path) => !known.some(({ source }) => source.path === path));
  return [...known.map((lab) => summarise(lab, abilities)), ...unread.map(summariseUnread)];
}

function followChanges(parts: WorkshopParts): void {
  parts.cache.onChange((id) => {
    // What comes true while pages are taken again is nobody's work.
    if (isRestoring(parts.cache.get(id)?.spec.restoration, sessionClock.now()))
      parts.steps.leave(id, TAKEN_BACK);
    // Sessions that become active, or were when the server began, are on a page already.
    watchPage(parts, id);
    // Nobody waits any more for one that was ended before its turn.
    if (parts.cache.get(id)?.metadata.deletionTimestamp !== undefined)
      parts.provisioning.leave(id, sessionNotFound(id));
  });
}

function findView(parts: WorkshopParts, id: string): SessionView | undefined {
  const session = parts.cache.get(id);
  if (session === undefined || isPooled(session) || !parts.labs.has(labKeyOf(session.spec))) return undefined;
  return briefView(parts, session);
}

/** What the lab lists by that name, or else what the learner's own Ingress objects answer, where they are served. */
function findIngress(
  { cache, labs, abilities }: WorkshopParts,
  id: string,
  name: string,
): LabIngress | undefined {
  const session = cache.get(id);
  const lab = session && labs.get(labKeyOf(session.spec));
  const listed = lab?.ingresses.find((ingress) => ingress.name === name);
  return listed ?? (lab && abilities.pods === "played" ? ingressByRules(name) : undefined);
}

/** Has an eye on the page the learner reads, while the session is active. */
export function watchPage({ cache, labs, activity, pages, looksAfter }: WorkshopParts, id: string): void {
  const session = cache.get(id);
  const lab = session && labs.get(labKeyOf(session.spec));
  const { page } = activity.activity(id);
  const now = sessionClock.now();
  const isTheirs =
    session && phaseOf(session, now) === "Active" && !isRestoring(session.spec.restoration, now);
  if (!isTheirs || !lab || !looksAfter(id)) pages.stop(id);
  else if (page !== undefined && lab.pages.some(({ name }) => name === page))
    pages.show({ session, lab, page });
}

async function brokenLabs(parts: WorkshopParts): Promise<BrokenLab[]> {
  await parts.refreshLabs();
  return [...parts.brokenLabs()];
}

async function showPage(
  { client, settings, compiler, tokens, abilities }: WorkshopParts,
  { session, lab }: Found,
  name: string,
): Promise<PageView> {
  const page = findPage(lab, name);
  const compiled = await compiler.compile(lab, page, variablesOf(lab, session, client, settings));
  const playsImages = abilities.pods === "played" && lab.cluster !== "own";
  return pageView(lab, page, { compiled, fileKey: tokens.forFiles(subjectOf(session)), playsImages });
}

async function startSession(parts: WorkshopParts, wanted: NewSession): Promise<SessionView> {
  await parts.disk.requireRoom();
  await parts.refreshLabs();
  // Whoever asks for a lab that is just being read waits for it, and nobody else.
  if (!parts.labs.has(wanted.lab) && parts.lateLabs().length > 0)
    await withDeadline(LATE_LAB_MS, undefined, () => parts.labsSettled()).catch(() => undefined);
  await (parts.labs.has(wanted.lab) ? parts.catchUpWithLab(wanted.lab) : parts.lookForLab(wanted.lab));
  const lab = parts.labs.get(wanted.lab);
  if (lab === undefined && parts.lateLabs().length > 0) throw stillRead(`The lab "${wanted.lab}"`);
  if (lab === undefined)
    throw new WorkshopError(WORKSHOP_ERRORS.labNotFound, `There is no lab "${wanted.lab}" here`);
  requireCluster(lab, parts.settings);
  requireAvailable(lab, parts.abilities);
  const { lab: _name, ...options } = wanted;
  const ready = options.prefix === undefined ? await parts.pool.claim(lab, options) : undefined;
  if (ready !== undefined) return briefView(parts, ready);
  parts.memory.requireRoom();
  const session = await createSession(parts.client, lab, { ...options, server: parts.settings.server });
  // Whichever server makes sessions sees that it waits.
  parts.cache.put(session);
  return briefView(parts, session);
}
