import { Command } from "commander";

import { describeException, EXCEPTED_KINDS, parseWorkload } from "../../../policy/common/exception.js";
import type { ExceptionList, ExceptionView } from "../../../policy/common/exception-api.js";
import { dryRunFlag, examples, givenName, nameFlag, required, workspaceFlag } from "./flags.js";
import { impactOf } from "./impact.js";
import { formatList, formatObject, type OutputFormat, outputOption, type Table } from "./output.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

const EXCEPTIONS: Table<ExceptionView> = {
  columns: [
    ["NAME", ({ fullName }) => fullName.name],
    ["POLICY", ({ spec }) => spec.policy],
    ["EXCEPTS", ({ spec }) => describeException(spec)],
    ["STATE", ({ status }) => status.state],
    ["EXPIRES", ({ spec }) => spec.expires],
    ["OWNER", ({ spec }) => spec.owner],
    ["REASON", ({ spec }) => spec.reason, "wide"],
    ["REQUESTED BY", ({ status }) => status.requestedBy, "wide"],
    ["DECIDED BY", ({ status }) => status.decidedBy ?? "", "wide"],
    ["NOTE", ({ status }) => status.note ?? "", "wide"],
  ],
  empty: "No exceptions to list",
};

/** On a workspace, or else on the organization. */
interface Kind {
  hasWorkspace: boolean;
}

interface Options {
  name?: string;
  workspaceName?: string;
  dryRun?: boolean;
  output?: OutputFormat;
}

interface RequestOptions extends Options {
  policy?: string;
  namespace?: string;
  workload?: string;
  image?: string;
  owner?: string;
  reason?: string;
  expires?: string;
}

/** `... image-policy exception ...`: asked for by whoever needs it, granted by whoever holds the policy. */
export function exceptionCommand(world: TmcWorld, kind: Kind): Command {
  const exception = new Command("exception").description(
    "What is excepted from a policy, for whom and until when",
  );
  addRequest(exception, world, kind);
  addDecision(exception, world, { kind, verb: "grant", does: "Let an exception that was requested hold" });
  addDecision(exception, world, {
    kind,
    verb: "deny",
    does: "Deny an exception, or end one that was granted",
  });
  addReading(exception, world, kind);
  const remove = place(nameFlag(exception.command("delete [name]"), "exception"), kind)
    .description("Delete an exception; answers once nothing is excepted by it")
    .action(async (positional: string | undefined, options: Options) => {
      const name = givenName("exception", positional, options.name);
      if (options.dryRun === true) {
        await world.connect().call("DELETE", `${pathOf(kind, options, name)}?dryRun=true`);
        await tellImpact(world, { name, done: "deleted", options, remove: true });
        return;
      }
      await world.connect().call("DELETE", pathOf(kind, options, name));
      world.print(`✔ exception "${name}" deleted successfully`);
    });
  examples(dryRunFlag(remove), `${commandOf(kind)} delete debug-shell${placeExample(kind)}`);
  return exception;
}

function addRequest(exception: Command, world: TmcWorld, kind: Kind): void {
  const command = place(nameFlag(exception.command("request [name]"), "exception"), kind)
    .description("Ask for an exception of a policy; it holds once it is granted")
    .option("--policy <policy>", "the policy that is set there")
    .option("--namespace <namespace>", "only in this namespace")
    .option("--workload <kind/name>", "only of this workload, such as deployment/web")
    .option("--image <pattern>", "only these images, such as busybox or harbor.example.com/team/*:v1.*")
    .option("--owner <who>", "who answers for it")
    .option("--reason <text>", "why it is needed")
    .option("--expires <time>", "until when: 2030-01-31T12:00:00Z, or in 12h or 7d")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: RequestOptions) => {
      const name = givenName("exception", positional, options.name);
      const body = { exception: { fullName: { name }, spec: specFrom(options) } };
      const answer = await world.connect().call("POST", pathOf(kind, options), body);
      await tell(world, (answer as { exception: ExceptionView }).exception, { done: "requested", options });
    });
  examples(
    command,
    `${commandOf(kind)} request debug-shell${placeExample(kind)} --policy no-busybox --namespace my-namespace --image busybox --owner team-blue --reason "look into ticket 7" --expires 7d`,
  );
}

function addDecision(
  exception: Command,
  world: TmcWorld,
  { kind, verb, does }: { kind: Kind; verb: "grant" | "deny"; does: string },
): void {
  const command = place(nameFlag(exception.command(`${verb} [name]`), "exception"), kind)
    .description(`${does}; answers once it does`)
    .option("--note <text>", "what you say of it")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options & { note?: string }) => {
      const name = givenName("exception", positional, options.name);
      const body = { ...(options.note !== undefined && { note: options.note }) };
      const path = `${pathOf(kind, options, name)}/${verb}`;
      const done = verb === "grant" ? "granted" : "denied";
      if (options.dryRun === true) {
        await world.connect().call("POST", `${path}?dryRun=true`, body);
        await tellImpact(world, { name, done, options, remove: verb === "deny" });
        return;
      }
      const answer = await world.connect().call("POST", path, body);
      await tell(world, (answer as { exception: ExceptionView }).exception, { done, options });
    });
  examples(
    dryRunFlag(command),
    `${commandOf(kind)} ${verb} debug-shell${placeExample(kind)} --note "until the fix is out"`,
  );
}

/** What it would let in or refuse of what there is. */
async function tellImpact(
  world: TmcWorld,
  { name, done, options, remove }: { name: string; done: string; options: Options; remove: boolean },
): Promise<void> {
  const { workspaceName } = options;
  const exception = { name, ...(workspaceName !== undefined && { workspaceName }) };
  const impact = await impactOf(world, { exception, remove });
  world.print(`✔ exception "${name}" would be ${done} (dry run)\n  ${impact}`);
}

function addReading(exception: Command, world: TmcWorld, kind: Kind): void {
  const get = place(nameFlag(exception.command("get [name]"), "exception"), kind)
    .description("Show one exception")
    .addOption(outputOption())
    .action(async (positional: string | undefined, options: Options) => {
      const name = givenName("exception", positional, options.name);
      const answer = await world.connect().call("GET", pathOf(kind, options, name));
      const { exception: shown } = answer as { exception: ExceptionView };
      world.print(await formatObject(shown, { format: options.output, table: EXCEPTIONS }));
    });
  examples(get, `${commandOf(kind)} get debug-shell${placeExample(kind)} -o yaml`);
  const list = place(exception.command("list"), kind)
    .description("List the exceptions of the policies set there")
    .addOption(outputOption())
    .action(async (options: Options) => {
      const answer = (await world.connect().call("GET", pathOf(kind, options))) as ExceptionList;
      world.print(await formatList(answer, answer.exceptions, { format: options.output, table: EXCEPTIONS }));
    });
  examples(list, `${commandOf(kind)} list${placeExample(kind)} -o wide`);
}

async function tell(
  world: TmcWorld,
  exception: ExceptionView,
  { done, options }: { done: string; options: Options },
): Promise<void> {
  const { fullName, spec } = exception;
  world.print(
    options.output === undefined
      ? `✔ exception "${fullName.name}" ${done} successfully\n  ${spec.policy}: ${describeException(spec)}, until ${spec.expires}`
      : await formatObject(exception, { format: options.output, table: EXCEPTIONS }),
  );
}

function specFrom(options: RequestOptions): object {
  const { namespace, image } = options;
  return {
    policy: required(options.policy, "--policy"),
    owner: required(options.owner, "--owner"),
    reason: required(options.reason, "--reason"),
    expires: momentFrom(required(options.expires, "--expires")),
    ...(namespace !== undefined && { namespace }),
    ...(image !== undefined && { image }),
    ...(options.workload !== undefined && { workload: workloadFrom(options.workload) }),
  };
}

/** Throws `TmcError`. */
function workloadFrom(text: string): object {
  const workload = parseWorkload(text);
  if (workload !== undefined) return workload;
  const kinds = EXCEPTED_KINDS.map((each) => each.toLowerCase()).join(", ");
  throw new TmcError(
    `InvalidArgument: expected --workload as kind/name, and "${text}" was given; say deployment/web (kinds: ${kinds})`,
  );
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function momentFrom(text: string): string {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined) return text;
  const expiresAt = Date.now() + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return new Date(expiresAt).toISOString();
}

function pathOf({ hasWorkspace }: Kind, { workspaceName }: Options, name?: string): string {
  if (hasWorkspace && !workspaceName)
    throw new TmcError("InvalidArgument: no workspace given; add --workspace-name");
  const exceptions = hasWorkspace
    ? `workspaces/${encodeURIComponent(workspaceName ?? "")}/exceptions`
    : "organization/exceptions";
  return name === undefined ? exceptions : `${exceptions}/${encodeURIComponent(name)}`;
}

function place(command: Command, { hasWorkspace }: Kind): Command {
  return hasWorkspace ? workspaceFlag(command, "the workspace") : command;
}

function commandOf({ hasWorkspace }: Kind): string {
  return `tmc ${hasWorkspace ? "workspace" : "organization"} image-policy exception`;
}

function placeExample({ hasWorkspace }: Kind): string {
  return hasWorkspace ? " --workspace-name my-workspace" : "";
}
