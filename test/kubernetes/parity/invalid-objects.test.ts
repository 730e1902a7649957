import { describeParity, knownDifference, sameOnBoth } from "./both-clusters.js";
import { annotationCases } from "./invalid-objects/annotation-cases.js";
import { accessCases } from "./invalid-objects/access-cases.js";
import { autoscalerCases } from "./invalid-objects/autoscaler-cases.js";
import { configurationCases } from "./invalid-objects/configuration-cases.js";
import { containerCases } from "./invalid-objects/container-cases.js";
import { controllerCases } from "./invalid-objects/controller-cases.js";
import { definitionCases } from "./invalid-objects/definition-cases.js";
import { jobCases } from "./invalid-objects/job-cases.js";
import { limitCases } from "./invalid-objects/limit-cases.js";
import { networkCases } from "./invalid-objects/network-cases.js";
import { definition, service } from "./invalid-objects/objects.js";
import type { InvalidObjects } from "./invalid-objects/objects.js";
import { placementCases } from "./invalid-objects/placement-cases.js";
import { podCases } from "./invalid-objects/pod-cases.js";
import { podVolumeCases } from "./invalid-objects/pod-volume-cases.js";
import { policyCases } from "./invalid-objects/policy-cases.js";
import { routeCases } from "./invalid-objects/route-cases.js";
import { serviceCases } from "./invalid-objects/service-cases.js";
import { storageCases } from "./invalid-objects/storage-cases.js";
import { workloadCases } from "./invalid-objects/workload-cases.js";

const CASES = { ...podCases, ...workloadCases, ...networkCases, ...configurationCases };
/** Played as one list for each kind. */
const LISTED: Record<string, InvalidObjects> = {
  accessCases,
  annotationCases,
  autoscalerCases,
  containerCases,
  controllerCases,
  definitionCases,
  jobCases,
  limitCases,
  placementCases,
  podVolumeCases,
  policyCases,
  routeCases,
  serviceCases,
  storageCases,
};
const CREATE = "create --filename=- --dry-run=server --validate=ignore";

const FIELDS = {
  a: { type: "string" },
  "x-y": { type: "string" },
  map: { type: "object", additionalProperties: { type: "object", properties: { c: { type: "string" } } } },
  list: { type: "array", items: { type: "object", properties: { c: { type: "string" } } } },
  open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
};
const FIELD_RULES = [
  "self.b == 'x'",
  "has(self.b)",
  "has(self.a) && self.a == 'x'",
  "self.x__dash__y == 'x'",
  "oldSelf.a == self.c",
  "self.map['k'].c == 'x'",
  "self.map['k'].d == 'x'",
  "self.map.k.c == 'x'",
  "self.list[0].d == 'x'",
  "self.open.d == 'x'",
];

describeParity("invalid objects", () => {
  for (const [kindName, objects] of Object.entries(CASES)) {
    sameOnBoth(
      `of kind ${kindName} are refused in the same words`,
      async ({ run }) => {
        for (const [what, object] of Object.entries(objects)) await run(CREATE, named(object, what));
      },
      [/invalid|Invalid|forbidden|Forbidden/],
    );
  }

  for (const [area, cases] of Object.entries(LISTED)) {
    sameOnBoth(
      `of a list are refused in the same words: ${area}`,
      async ({ run }) => {
        for (const objects of Object.values(cases)) {
          const items = Object.entries(objects).map(([what, object]) => named(object, what));
          await run(CREATE, { apiVersion: "v1", kind: "List", items });
        }
      },
      [/Invalid|BadRequest/],
    );
  }

  sameOnBoth(
    "addresses and ports of services are in their range, and nobody else's",
    async ({ run }) => {
      await run("create --filename=-", serviceOf("low", nodePort(8020)));
      await run("create --filename=-", serviceOf("first", nodePort(31_234)));
      await run("create --filename=-", serviceOf("second", nodePort(31_234)));
      await run("create --filename=-", serviceOf("chosen", { clusterIP: "10.96.77.7" }));
      await run("create --filename=-", serviceOf("taken", { clusterIP: "10.96.77.7" }));
    },
    [/not in the valid range/, /provided port is already allocated/, /provided IP is already allocated/],
  );

  sameOnBoth(
    "a rule of a definition knows the fields of its schema",
    async ({ run }) => {
      for (const rule of FIELD_RULES) {
        const spec = { type: "object", properties: FIELDS, "x-kubernetes-validations": [{ rule }] };
        await run(CREATE, definition({ properties: { spec } }));
      }
    },
    [/undefined field 'b'/, /created/],
  );

  knownDifference(
    "where a rule of a definition is no expression",
    async ({ run }) => {
      const spec = { type: "object", "x-kubernetes-validations": [{ rule: "self. <" }] };
      await run(CREATE, definition({ properties: { spec } }));
    },
    {
      embedded: /rule: Invalid value: .*compilation failed/,
      real: /rule: Invalid value: .*compilation failed/,
    },
  );
});

/** The object under the name of its case, so that the answers tell whose they are. */
function named(object: object, what: string): object {
  const { metadata } = object as { metadata: { name: string } };
  const isNamedByRule = ["CustomResourceDefinition", "APIService"].includes(
    (object as { kind: string }).kind,
  );
  if (metadata.name !== "x" || isNamedByRule) return object;
  const name = what.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return { ...object, metadata: { ...metadata, name } };
}

function serviceOf(name: string, spec: object): object {
  return { ...service(spec), metadata: { name } };
}

function nodePort(port: number): object {
  return { type: "NodePort", ports: [{ port: 80, nodePort: port }] };
}
