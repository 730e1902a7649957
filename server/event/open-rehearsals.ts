import type { EventResource } from "../../workshop/common/event.js";
import type { ServeConfig } from "../config.js";
import { dialIngressBy } from "../ingress/dial-ingress.js";
import { LearnerClients } from "../../workshop/node/learner-clients.js";
import { dialServiceBy } from "../ingress/dial-service.js";
import type { Platform } from "../platform.js";
import { roomForSessions } from "../room-for-sessions.js";
import type { Events } from "./events.js";
import { roomFindings } from "./rehearsal-room.js";
import { type RehearsalOptions, type RehearsalParts, type Rehearsed, rehearse } from "./rehearsals.js";
import { RunningRehearsals } from "./running-rehearsals.js";

export interface OpenRehearsalParts extends Pick<
  RehearsalParts,
  "labs" | "refreshLabs" | "abilities" | "workshop" | "quota" | "process"
> {
  platform: Platform;
  config: Pick<ServeConfig, "data" | "sessionLimits" | "pods" | "maxSessions">;
  /** Whether the cluster is the embedded one. */
  embedded: boolean;
  /** Whether pods of the cluster run their containers. */
  containers: boolean;
  events: Pick<Events, "row">;
}

/** The rehearsals of a server. */
export interface Rehearsals {
  rehearse: (event: EventResource, options: RehearsalOptions) => Promise<Rehearsed>;
  /** Ends those under way, with their sessions; what takes too long is left to the server that comes next. */
  close: () => Promise<void>;
}

/** Joins what rehearsals are made of: those of this server, on its cluster and with its shells. */
export function openRehearsals({
  platform,
  config,
  embedded,
  containers,
  events,
  ...parts
}: OpenRehearsalParts): Rehearsals {
  const { client, host } = platform;
  const { data, sessionLimits: limits, maxSessions } = config;
  const place = { data, limits, hasPods: config.pods !== undefined, ...(!embedded && { client }) };
  const dialService = containers ? dialServiceBy(new LearnerClients(client)) : undefined;
  const whole: RehearsalParts = {
    ...platform,
    ...parts,
    policies: platform.policies.service,
    dial: dialIngressBy({ host, dialService }),
    seatsLeft: async (event) => {
      const { seats, seatsTaken } = await events.row(event);
      return Math.max(0, seats - seatsTaken);
    },
    room: async (lab, sessions) =>
      roomFindings(await roomForSessions(lab, sessions, place), {
        live: parts.workshop.liveSessions(),
        maxSessions,
      }),
  };
  const running = new RunningRehearsals();
  return {
    rehearse: (event, options) =>
      running.run(options.signal, (signal) => rehearse(whole, event, { ...options, signal })),
    close: () => running.close(),
  };
}
