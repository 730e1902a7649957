import type { Figure } from "../figure.js";
import { type EchoTimes, measureEcho } from "./pod-echo.js";
import { type FullNode, fillNode } from "./full-node.js";
import { type SessionTimes, measureSessions } from "./pod-sessions.js";
import { missingForPods, withRealNode } from "./real-node.js";

interface PodFigures {
  echo: EchoTimes;
  sessions: SessionTimes;
  full: FullNode;
}

let measured: PodFigures | undefined;
let measuring: Promise<PodFigures> | undefined;

/** What pods cost beside what they are made of; everything is measured on one real node, once. */
export function podFigures(): Figure[] {
  const echo = "keys at a prompt, straight to the pod over TLS; the local shell in the same run";
  return [
    figure({ name: "echo p50, pod / local shell", unit: "x", bound: 1.5, method: echo }, ({ echo: of }) => [
      of.pod.p50 / of.local.p50,
      `${ms(of.pod.p50)} and ${ms(of.local.p50)}`,
    ]),
    figure({ name: "echo p99, pod / local shell", unit: "x", bound: 1.5, method: echo }, ({ echo: of }) => [
      of.pod.p99 / of.local.p99,
      `${ms(of.pod.p99)} and ${ms(of.local.p99)}`,
    ]),
    figure(
      {
        name: "session ready in a pod / the same by hand",
        unit: "x",
        bound: 1.5,
        method: "medians: click to Active, and the same objects by API calls to the ready pod",
      },
      ({ sessions }) => [sessions.cold / sessions.byHand, `${ms(sessions.cold)} and ${ms(sessions.byHand)}`],
    ),
    figure(
      { name: "session in a pod from the pool", unit: "ms", bound: 150, method: "median, click to Active" },
      ({ sessions }) => [sessions.pooled],
    ),
    figure(
      {
        name: "server's memory for a live session in a pod",
        unit: "MB",
        bound: 1.5,
        method: "resident bytes with some sessions more, each with page, terminal and a command",
      },
      ({ sessions }) => [sessions.serverMegabytes],
    ),
    figure(
      {
        name: "a session's host in its pod",
        unit: "MB",
        bound: 60,
        method: "anonymous memory after a command",
      },
      ({ sessions }) => [sessions.hostMegabytes],
    ),
    figure(
      {
        name: "300 sessions in pods, ready or told why not",
        unit: "s",
        bound: 600,
        method: "asked for at once on a node that cannot take them all",
      },
      ({ full }) => [
        full.seconds,
        `${String(full.ready)} ready until ${full.ended.join(" and ")} ended; lectern capacity: ${String(full.predicted.ready)}, ${full.predicted.ended} first`,
      ],
    ),
  ];
}

function figure(
  described: Pick<Figure, "name" | "unit" | "bound" | "method">,
  pick: (figures: PodFigures) => [value: number, detail?: string],
): Figure {
  return {
    ...described,
    missing: missingForPods,
    measure: async () => pick(await take())[0],
    detail: () => (measured === undefined ? "" : (pick(measured)[1] ?? "")),
  };
}

function take(): Promise<PodFigures> {
  measuring ??= withRealNode(async (real) => {
    const echo = await measureEcho(real);
    const sessions = await measureSessions(real);
    measured = { echo, sessions, full: await fillNode(real) };
    return measured;
  });
  return measuring;
}

function ms(value: number): string {
  return `${value.toPrecision(3)} ms`;
}
