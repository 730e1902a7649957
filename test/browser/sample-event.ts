import type { EventRow, EventView } from "../../workshop/common/event-api.js";

const times = {
  from: new Date(Date.now() - 3_600_000).toISOString(),
  until: new Date(Date.now() + 7_200_000).toISOString(),
};
const shared = {
  name: "k8s-day",
  lab: "image-policies",
  title: "Image Registry Policies",
  ...times,
  phase: "open",
  isOwn: true,
  role: "instructor",
  seats: 30,
  waiting: 0,
} as const;

/** An afternoon as its instructor sees it. */
export const sampleEvent: EventRow = {
  ...shared,
  seatsTaken: 12,
  listed: 24,
  code: "heron",
  link: "https://lectern.example/e/k8s-day#join=AbCdEfGhIjKlMnOpQrStUv",
};

/** The same as its link shows it to somebody who may come in. */
export const sampleEventView: EventView = {
  ...shared,
  seatsTaken: 12,
  needsCode: false,
  people: [
    { id: "p1", name: "Ada Lovelace", isHere: true },
    { id: "p2", name: "Grace Hopper", isHere: false },
  ],
};
