import { recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { keyOf, locationOfKey, nameOf } from "./object-keys.js";
import { flowSchemas, priorityLevels, statusOf } from "./resource-refs.js";

const WRITES = {
  ...writesAs("system:apiserver", "system:masters"),
  fieldManager: "api-priority-and-fairness-config-consumer-v1",
};
const DANGLING = "Dangling";

/** Says of each flow schema whether there is the priority level it names. No request is held up for either. */
export function createFlowSchemaController({ api, clock }: ControllerContext): Controller {
  return {
    name: "flow-schemas",
    watch: (queue) => [
      api.watch(flowSchemas, ({ object }) => queue.add(keyOf(object))),
      api.watch(priorityLevels, ({ type, object }) => {
        if (type === "MODIFIED") return;
        for (const each of api.index(flowSchemas, levelOf).get(nameOf(object))) queue.add(keyOf(each));
      }),
    ],
    reconcile: async (key) => {
      const schema = api.find(flowSchemas, locationOfKey(key));
      if (schema === undefined) return;
      const [level = ""] = levelOf(schema);
      const isThere = api.find(priorityLevels, { name: level }) !== undefined;
      const subject = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
      const wanted = isThere
        ? { status: "False", reason: "Found", message: `${subject} and it exists` }
        : { status: "True", reason: "NotFound", message: `${subject} but there is no such object` };
      const conditions = recordsAt(schema, "status.conditions");
      if (conditions.some((each) => each["type"] === DANGLING && each["message"] === wanted.message)) return;
      const others = conditions.filter(({ type }) => type !== DANGLING);
      const lastTransitionTime = timestampOf(clock.now());
      const condition = { type: DANGLING, lastTransitionTime, ...wanted };
      const status = { conditions: [...others, condition] };
      await api.update(statusOf(flowSchemas), { ...structuredClone(schema), status }, WRITES);
    },
  };
}

function levelOf(schema: ApiObject): string[] {
  return [textAt(schema, "spec.priorityLevelConfiguration.name")];
}
