import type { AccountView, SignInAddress } from "../../common/account-api.js";
import type { Answer } from "../../common/announcement.js";
import type {
  GivenFiles,
  BrokenLab,
  LabSummary,
  SessionView,
  StepEntry,
  StepResult,
} from "../../common/api.js";
import type { RestorationAnswer } from "../../common/restoration.js";
import type { PageNotes } from "../../common/notes.js";
import type { HintText, PageView } from "../../common/page-view.js";
import type {
  ConfinementView,
  InstructorRow,
  Order,
  OrderEvent,
  PoolView,
  SessionLink,
  StartLinkView,
} from "../../common/instructor-api.js";
import type { EffectiveView } from "../../../policy/common/tmc-api.js";
import { mountPath } from "./base.js";
import { call, follow } from "./call.js";
import { NO_COOKIES, mayKeepCookies } from "./cookies.js";

export interface NewSessions {
  lab: string;
  count: number;
  minutes?: number;
  prefix?: string;
}

/** Every call of the REST contract in `workshop/common/api.ts`; each throws `ApiError`. */
export const api = {
  labs: (signal?: AbortSignal) => call<LabSummary[]>("GET", "api/labs", { signal }),
  startSession,
  admit: (id: string, token: string) =>
    call<void>("POST", `${sessionPath(id)}/admission`, { body: { token } }),
  admitToStart: (token: string) => call<void>("POST", "api/start-admission", { body: { token } }),
  session: (id: string) => call<SessionView>("GET", sessionPath(id)),
  /** `order` is by what it is known where it is asked for again, because the answer was lost. */
  extend: (id: string, order: string) =>
    call<SessionView>("POST", `${sessionPath(id)}/extend`, { body: { id: order } }),
  end: (id: string) => call<void>("DELETE", sessionPath(id)),
  page: (id: string, page: string, signal?: AbortSignal) =>
    call<PageView>("GET", pagePath(id, page), { signal }),
  visit: (id: string, page: string) => call<void>("POST", `${pagePath(id, page)}/visit`),
  run: (id: string, page: string, step: string, entry?: StepEntry) =>
    call<StepResult>("POST", `${pagePath(id, page)}/steps/${step}/run`, { body: entry }),
  doStep: (id: string, page: string, step: string) =>
    call<void>("POST", `${pagePath(id, page)}/steps/${step}/do`),
  interrupt: (id: string, page: string, step: string) =>
    call<void>("POST", `${pagePath(id, page)}/steps/${step}/interrupt`),
  cancel: (id: string, page: string, step: string) =>
    call<void>("POST", `${pagePath(id, page)}/steps/${step}/cancel`),
  hint: (id: string, page: string, step: string, at: number) =>
    call<HintText>("POST", `${pagePath(id, page)}/steps/${step}/hints/${String(at)}`),
  givenFiles: (id: string, signal?: AbortSignal) =>
    call<GivenFiles>("GET", `${sessionPath(id)}/given-files`, { signal }),
  giveBack: (id: string, path: string) =>
    call<void>("POST", `${sessionPath(id)}/given-files`, { body: { path } }),
  notes: (id: string, signal?: AbortSignal) =>
    call<PageNotes[]>("GET", `${sessionPath(id)}/notes`, { signal }),
  saveNotes: (id: string, notes: PageNotes) =>
    call<{ version: number }>("PUT", `${sessionPath(id)}/notes`, { body: notes, outlivesPage: true }),
  restorePage: (id: string, page: string) =>
    call<SessionView>("POST", `${sessionPath(id)}/restoration`, { body: { page } }),
  answerRestoration: (id: string, restoration: string, answer: RestorationAnswer) =>
    call<SessionView>("POST", `${sessionPath(id)}/restoration/answer`, { body: { id: restoration, answer } }),
  dismissRestoration: (id: string, restoration: string) =>
    call<SessionView>("DELETE", `${sessionPath(id)}/restoration/${encodeURIComponent(restoration)}`),
  terminalTicket: (id: string, terminal: string) =>
    call<{ ticket: string }>("POST", `${sessionPath(id)}/terminals/${encodeURIComponent(terminal)}/ticket`),
  ingressAddress: (id: string, name: string, path: string) =>
    call<{ url: string }>("POST", `${sessionPath(id)}/ingresses/${encodeURIComponent(name)}/address`, {
      body: { path },
    }),
  effectivePolicies: (id: string, namespace: string) =>
    call<EffectiveView>(
      "GET",
      `${sessionPath(id)}/tmc/v1alpha1/image-policies/effective/${encodeURIComponent(namespace)}`,
    ),
  login: (token: string) => call<void>("POST", "api/instructor/login", { body: { token } }),
  account: (signal?: AbortSignal) => call<AccountView>("GET", "api/account", { signal }),
  beginSignIn: () => call<SignInAddress>("POST", "api/sign-in/begin"),
  finishSignIn: (answer: { code: string; state: string; iss?: string }) =>
    call<AccountView>("POST", "api/sign-in/finish", { body: answer }),
  signOut: () => call<void>("POST", "api/sign-out"),
  instructorSessions: () => call<InstructorRow[]>("GET", "api/instructor/sessions"),
  startLink: () => call<StartLinkView>("GET", "api/instructor/start-link"),
  brokenLabs: () => call<BrokenLab[]>("GET", "api/instructor/labs"),
  pools: () => call<PoolView[]>("GET", "api/instructor/pools"),
  confinement: () => call<ConfinementView>("GET", "api/instructor/confinement"),
  createSessions: (wanted: NewSessions) =>
    call<SessionLink[]>("POST", "api/instructor/sessions", { body: wanted }),
  revokeLink: (id: string) => call<SessionLink>("POST", `${instructorPath(id)}/revoke-link`),
  askForHelp: (id: string, text: string, step?: string) =>
    call<SessionView>("POST", `${sessionPath(id)}/help`, {
      body: { text, ...(step === undefined ? {} : { step }) },
    }),
  needNoHelp: (id: string) => call<SessionView>("DELETE", `${sessionPath(id)}/help`),
  letGuestIn: (id: string, guest: string) =>
    call<SessionView>("POST", `${sessionPath(id)}/guest`, { body: { id: guest } }),
  letGuestGo: (id: string) => call<SessionView>("DELETE", `${sessionPath(id)}/guest`),
  answerAnnouncement: (id: string, asked: string, answer: Answer) =>
    call<SessionView>("POST", `${sessionPath(id)}/announcement/answer`, { body: { id: asked, answer } }),
  /** What becomes of an order, session by session. */
  order: (order: Order) => follow<OrderEvent>("POST", "api/instructor/orders", order),
  takeHelp: (id: string, name: string) =>
    call<void>("POST", `${instructorPath(id)}/help`, { body: { name } }),
  giveHelpBack: (id: string) => call<void>("DELETE", `${instructorPath(id)}/help/taker`),
  endHelp: (id: string) => call<void>("DELETE", `${instructorPath(id)}/help`),
  askToType: (id: string, name: string) =>
    call<{ id: string }>("POST", `${instructorPath(id)}/guest`, { body: { name } }),
  stopTyping: (id: string) => call<void>("DELETE", `${instructorPath(id)}/guest`),
  endSession: (id: string) => call<void>("DELETE", instructorPath(id)),
};

/** Absolute path of the session's part of the API. */
export function sessionApiPath(id: string): string {
  return mountPath() + sessionPath(id);
}

function instructorPath(id: string): string {
  return `api/instructor/sessions/${encodeURIComponent(id)}`;
}

function sessionPath(id: string): string {
  return `api/sessions/${encodeURIComponent(id)}`;
}

function pagePath(id: string, page: string): string {
  return `${sessionPath(id)}/pages/${encodeURIComponent(page)}`;
}

/** No session is made that this browser could not find again. */
async function startSession(lab: string): Promise<SessionView> {
  if (mayKeepCookies()) return call<SessionView>("POST", "api/sessions", { body: { lab } });
  throw new Error(`${NO_COOKIES} start again. No session was made.`);
}
