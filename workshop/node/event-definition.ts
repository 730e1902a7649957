import { EVENT_PLURAL, MAX_CODE, MAX_SEATS, MIN_CODE } from "../common/event.js";
import { MAX_STAFF, MAX_STAFF_NAME } from "../common/event-staff.js";
import { SESSION_GROUP, SESSION_VERSION } from "../common/session.js";

export const EVENTS_PATH = `/apis/${SESSION_GROUP}/${SESSION_VERSION}/${EVENT_PLURAL}`;

const time = { type: "string", format: "date-time" };
const staffName = { type: "string", minLength: 1, maxLength: MAX_STAFF_NAME };
const staffNames = { type: "array", maxItems: MAX_STAFF, items: staffName };

/** What `kubectl get events.lectern.dev` shows, and what the API server refuses. */
export const EVENT_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${EVENT_PLURAL}.${SESSION_GROUP}` },
  spec: {
    group: SESSION_GROUP,
    scope: "Cluster",
    names: { plural: EVENT_PLURAL, singular: "event", kind: "Event", listKind: "EventList" },
    versions: [
      {
        name: SESSION_VERSION,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                required: ["lab", "from", "until", "seats"],
                properties: {
                  lab: { type: "string", minLength: 1, maxLength: 63 },
                  from: time,
                  until: time,
                  seats: { type: "integer", minimum: 1, maximum: MAX_SEATS },
                  minutes: { type: "integer", minimum: 1 },
                  code: { type: "string", minLength: MIN_CODE, maxLength: MAX_CODE },
                  feedback: { type: "boolean" },
                  owner: staffName,
                  instructors: staffNames,
                  helpers: staffNames,
                },
              },
            },
          },
        },
        additionalPrinterColumns: [
          { name: "Lab", type: "string", jsonPath: ".spec.lab" },
          { name: "From", type: "string", jsonPath: ".spec.from" },
          { name: "Until", type: "string", jsonPath: ".spec.until" },
          { name: "Seats", type: "integer", jsonPath: ".spec.seats" },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
        ],
      },
    ],
  },
};
