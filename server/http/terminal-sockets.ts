import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import type { TerminalAddress } from "../../terminal/common/session-host.js";
import type { DialHostOf } from "../../terminal/node/dial-host.js";
import { type Claim, createTerminalGateway } from "../../terminal/node/gateway.js";
import { refuseUpgrade } from "../../terminal/node/refuse-upgrade.js";
import type { TicketStore } from "../../terminal/node/tickets.js";
import type { Access, Credentials } from "./access.js";
import type { AccountStanding } from "./account-access.js";
import { problemOf } from "./problem.js";
import { guestIn } from "./routes/help.js";
import type { TerminalSockets } from "./routes/terminals.js";
import { checkHost, checkedRequest, originOf } from "./same-origin.js";
import type { OriginRules } from "./same-origin.js";
import { isOver } from "../../workshop/common/session.js";
import type { Workshop } from "../workshop/workshop.js";

export interface TerminalSocketsOptions {
  /** How the terminal host of a session is reached. */
  dial: DialHostOf;
  tickets: TicketStore;
  workshop: Workshop;
  access: Access;
  origin: OriginRules;
  log: Logger;
}

export interface ServedTerminalSockets extends TerminalSockets {
  /** Takes an upgrade for one of our terminals; false, and nothing touched, where the address is not ours. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  openSockets(): number;
  /** Lets go of helpers who may type in the session no more. */
  guestChanged(session: string): void;
  close(): void;
}

/** By what somebody other than the learner has a terminal. */
interface Grant {
  account: AccountStanding;
  /** The asking that the learner agreed to, for who types along. */
  guest?: string;
}

/** Whoever watches or types along is let go this soon after their right is over. */
const REAUTHORISE_MS = 5_000;
const TERMINAL_PATH = /\/api\/sessions\/([a-z0-9-]{1,63})\/terminals\/([A-Za-z0-9._-]{1,63})$/;

/** The way from a browser to its terminals: a page of ours, and a ticket that was given to this browser for one use. */
export function createTerminalSockets(options: TerminalSocketsOptions): ServedTerminalSockets {
  const { workshop, access } = options;
  const gateway = createTerminalGateway({
    dial: options.dial,
    tickets: options.tickets,
    logger: options.log,
    reauthorise: ({ address, grant }) =>
      isLive(workshop, address.session) && (grant === undefined || isGood(options, address.session, grant)),
    reauthoriseMs: REAUTHORISE_MS,
  });
  return {
    issueTicket: async (address, request, session) => {
      await workshop.openTerminal(address);
      const user = access.browserOf(request, session);
      if (access.isLearner(request, session))
        return options.tickets.issue({ address, user, readOnly: false });
      const grant = grantOf(options, address.session, request);
      return options.tickets.issue({
        address,
        user,
        readOnly: grant.guest === undefined,
        grant: JSON.stringify(grant),
      });
    },
    handleUpgrade: (request, socket, head) => {
      const address = addressOf(request.url);
      if (address === undefined) return false;
      // Nobody else listens yet, and an error without a listener would end the process.
      socket.on("error", () => socket.destroy());
      claim(options, request, address).then(
        (claimed) => gateway.handleUpgrade(request, socket, head, claimed),
        (error: unknown) => refuse(socket, error, { log: options.log, address }),
      );
      return true;
    },
    openSockets: () => gateway.viewerCount(),
    guestChanged: (session) => gateway.reauthoriseGrants(session),
    closeSession: (session) => gateway.closeSession(session),
    close: () => gateway.close(),
  };
}

/** Throws SERVER_UNAUTHORIZED where nobody is signed in. */
function grantOf({ workshop, access }: TerminalSocketsOptions, session: string, request: Credentials): Grant {
  const guest = guestIn({ workshop, access }, session, request);
  return { account: access.standingOf(request), ...(guest === undefined ? {} : { guest }) };
}

/** Whether the account may still be there, and type where it does. */
function isGood({ workshop, access }: TerminalSocketsOptions, session: string, text: string): boolean {
  const { account, guest } = JSON.parse(text) as Grant;
  return (
    access.stands(account, workshop.find(session) ?? {}) &&
    (guest === undefined || workshop.guestOf(session)?.id === guest)
  );
}

/** What the upgrade is to be held against. Throws where it comes from a foreign page, and where there is no such session. */
async function claim(
  { access, origin, workshop }: TerminalSocketsOptions,
  request: IncomingMessage,
  address: TerminalAddress,
): Promise<Claim> {
  const checked = checkedRequest(request, origin);
  checkHost(checked, origin);
  // The server that gave the ticket may know more of the session, and of who is signed in, than this one.
  await Promise.all([workshop.refresh(address.session), access.lookUpAccount(request)]);
  const user = access.browserOf(request, workshop.session(address.session));
  return { address, user, origin: originOf(checked, origin) };
}

function addressOf(url: string | undefined): TerminalAddress | undefined {
  const [, session, terminal] = TERMINAL_PATH.exec((url ?? "").split("?", 1)[0] ?? "") ?? [];
  return session === undefined || terminal === undefined ? undefined : { session, terminal };
}

/** Whether something can be done in the session; asked for every viewer, so that only one session may be looked at. */
export function isLive(workshop: Pick<Workshop, "find">, session: string): boolean {
  const found = workshop.find(session);
  return found !== undefined && !isOver(found.phase);
}

function refuse(
  socket: Duplex,
  error: unknown,
  { log, address }: { log: Logger; address: TerminalAddress },
): void {
  const { status, problem } = problemOf(error);
  log.warn(
    { session: address.session, terminal: address.terminal, code: problem.error.code },
    "terminal socket refused",
  );
  refuseUpgrade(socket, status);
}
