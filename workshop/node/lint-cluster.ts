import { parse as parseYaml } from "yaml";
import { catalogueNames, findImage, nameProblem } from "../../containers/images/catalogue.js";
import type { Lab, LabProblem } from "../common/lab.js";
import { beyondNamespace, parseCondition } from "../common/condition.js";
import { fillValue } from "../common/fill-plain.js";
import { clusterWideWords } from "../common/cluster-wide-command.js";
import { definedGroups, objectObstacle, objectWords } from "../common/session-object.js";
import type { Variables } from "../common/variables.js";
import type { Inspected } from "./lint-files.js";

/** Where the lab says what is not the text of its pages. */
type Place = Pick<LabProblem, "file" | "line">;

/** Objects without which no session is made, and that cannot be made. */
export function impossibleObjects(lab: Lab, variables: Variables, place: Place): LabProblem[] {
  const objects = lab.objects.map((text): unknown => fillValue(parseYaml(text), variables));
  const own = lab.cluster === "own" ? { groups: definedGroups(objects) } : undefined;
  return objects.flatMap((object): LabProblem[] => {
    const obstacle = objectObstacle(object, own);
    if (obstacle === undefined) return [];
    const where = obstacle.isOnSomeClusters
      ? "Sessions of the lab can be made on clusters only that have the kind"
      : "No session of the lab can be made";
    return [
      {
        severity: obstacle.isOnSomeClusters ? "warning" : "error",
        rule: "session-object",
        ...place,
        message: `${where}: its ${objectWords(object)} ${obstacle.why}`,
        fix: obstacle.needsOwnCluster
          ? 'Give sessions a cluster of their own ("cluster: own"), correct it, or take it out of "objects"'
          : 'Correct it, or take it out of "objects"',
      },
    ];
  });
}

/** Nodes that the lab names for a cluster that sessions do not have. */
export function nodesOfNoCluster(lab: Lab, place: Place): LabProblem[] {
  if (lab.nodes === undefined || lab.cluster === "own") return [];
  const message = 'Its "nodes" have no effect: sessions share the nodes of the platform\'s cluster';
  const fix = 'Give sessions a cluster of their own ("cluster: own"), or take "nodes" out';
  return [{ severity: "error", rule: OWN_CLUSTER_RULE, ...place, message, fix }];
}

/** What sessions of the lab ask for that a cluster of their own does not have. */
export function lackingInOwnCluster(lab: Lab, pages: readonly Inspected[], place: Place): LabProblem[] {
  if (lab.cluster !== "own") return [];
  const problem = (where: Place, message: string, fix: string): LabProblem => ({
    severity: "error",
    rule: OWN_CLUSTER_RULE,
    ...where,
    message: `No session of the lab can be made: ${message}`,
    fix,
  });
  const noPolicies = "and image policies hold in the platform's cluster, not in one of a session's own";
  const fix = "Take it out, or let sessions share the platform's cluster (cluster: shared)";
  return [
    ...(lab.workspaces.length > 0
      ? [problem(place, `it lists workspaces for image policies, ${noPolicies}`, fix)]
      : []),
    ...pages.flatMap(({ page }) =>
      page.checks.standIns.map(() =>
        problem(
          { file: page.file, line: page.firstLine },
          `the checks of the page ${page.name} set image policies, ${noPolicies}`,
          fix,
        ),
      ),
    ),
    ...pages.flatMap(({ page, compiled }) =>
      compiled.actions
        .filter(({ expectation }) => expectation.until.some((text) => parseCondition(text).kind === "policy"))
        .map(({ line }) =>
          problem({ file: page.file, line }, `a block waits for an image policy, ${noPolicies}`, fix),
        ),
    ),
  ];
}

/** Images of the lab's own that are to run like one that nobody plays, or whose names cannot be read. */
export function unplayedImages({ images = [], ownImages = [] }: Lab, place: Place): LabProblem[] {
  const problem = (message: string, fix: string): LabProblem => ({
    severity: "error",
    rule: "own-image",
    ...place,
    message,
    fix,
  });
  const unreadable = [...images, ...ownImages.map(({ name }) => name)].flatMap((name) => {
    const why = nameProblem(name);
    return why === undefined
      ? []
      : [problem(`${JSON.stringify(name)} is no image that anybody could pull: ${why}`, "Correct it")];
  });
  const unplayed = ownImages.flatMap((image) =>
    "like" in image && findImage(image.like).kind !== "runs"
      ? [
          problem(
            `The image ${image.name} is to run like ${image.like}, which Lectern does not play`,
            `Choose one of ${catalogueNames().join(", ")}, with a tag it has had`,
          ),
        ]
      : [],
  );
  return [...unreadable, ...unplayed];
}

/** Conditions on what a session without a cluster of its own has not. */
export function conditionsBeyond(lab: Lab, pages: readonly Inspected[]): LabProblem[] {
  if (lab.cluster === "own") return [];
  return pages.flatMap(({ page, compiled }) =>
    compiled.actions.flatMap(({ line, view, expectation }) =>
      expectation.until.flatMap((text): LabProblem[] => {
        const why = beyondNamespace(parseCondition(text));
        if (why === undefined) return [];
        return [
          {
            severity: "error",
            rule: "beyond-namespace",
            file: page.file,
            line,
            message: `The condition "${text}" ${why}, and sessions of the lab have a namespace of their own only`,
            fix: 'Give sessions a cluster of their own ("cluster: own"), or correct the condition',
            action: view.action,
          },
        ];
      }),
    ),
  );
}

/** Commands that a learner without a cluster of one's own is refused. */
export function commandsBeyond(lab: Lab, pages: readonly Inspected[], namespace: string): LabProblem[] {
  if (lab.cluster === "own") return [];
  return pages.flatMap(({ page, compiled }) =>
    compiled.actions.flatMap(({ line, view, expectation }): LabProblem[] => {
      const isToFail = expectation.exit !== 0;
      const words =
        view.terminals.length === 0 || isToFail ? undefined : clusterWideWords(view.text ?? "", namespace);
      if (words === undefined) return [];
      return [
        {
          severity: "warning",
          rule: "beyond-namespace",
          file: page.file,
          line,
          message: `The command is about ${words}, and learners have rights in the session's namespace only`,
          fix: 'Give sessions a cluster of their own ("cluster: own"), or say that it is to fail (exit=nonzero)',
          action: view.action,
          fidelity: "lacking",
        },
      ];
    }),
  );
}

/** The rule of problems for which no session of a lab is made. */
export const OWN_CLUSTER_RULE = "own-cluster";
