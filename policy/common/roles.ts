import { z } from "zod";

/** What one may do, each with all before it. */
export const LEVELS = ["view", "edit", "admin"] as const;

export type Level = (typeof LEVELS)[number];

/** The roles there are; those of workspaces hold in all of them where they are bound on the organization. */
export const ROLES = [
  "organization.view",
  "organization.edit",
  "organization.admin",
  "workspace.view",
  "workspace.edit",
  "workspace.admin",
] as const;

export type Role = (typeof ROLES)[number];

/** Of one place; as many as fit into an object of the cluster with room to spare. */
export const MAX_SUBJECTS = 200;

export const userName = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9@._+-]{0,251}[A-Za-z0-9])?$/,
    "must be a user such as alice or alice@example.com",
  );

/** Whom a role is given to. */
export const subject = z.object({
  kind: z.literal("USER", { error: "must be USER: there are no groups and no service accounts here" }),
  name: userName,
});

export const role = z.enum(ROLES, { error: `must be one of ${ROLES.join(", ")}` });

/** The bindings of one place. */
export const roleBindings = z
  .array(z.object({ role, subjects: z.array(subject) }))
  .refine(
    (bindings) => bindings.reduce((sum, { subjects }) => sum + subjects.length, 0) <= MAX_SUBJECTS,
    `may bind ${String(MAX_SUBJECTS)} users at most`,
  );

export type RoleBinding = z.output<typeof roleBindings>[number];

/** One binding more, or one less. */
export const bindingDelta = z.object({ op: z.enum(["ADD", "DELETE"]), role, subject });

export type BindingDelta = z.output<typeof bindingDelta>;

/** What a user may do in an organization; what is absent they may not even see. */
export interface Permissions {
  organization?: Level;
  /** In every workspace. */
  workspaces?: Level;
  /** In single workspaces, where that is more. */
  workspace: Record<string, Level>;
}

/** Of whoever administers the organization. */
export const ALL_PERMISSIONS: Permissions = { organization: "admin", workspaces: "admin", workspace: {} };

/** The bindings of one place: of a workspace, or of the organization where it is absent. */
export interface BoundRoles {
  workspace?: string;
  roleBindings: readonly RoleBinding[];
}

/** Roles add up: of several, the one that allows most holds. */
export function permissionsOf(user: string, places: readonly BoundRoles[]): Permissions {
  const permissions: Permissions = { workspace: {} };
  for (const { workspace, roleBindings: bindings } of places)
    for (const { role: bound } of bindings.filter(({ subjects }) =>
      subjects.some(({ name }) => name === user),
    )) {
      const [kind, level] = bound.split(".") as ["organization" | "workspace", Level];
      if (workspace !== undefined) {
        // What is bound on a workspace never reaches beyond it.
        if (kind === "workspace")
          permissions.workspace[workspace] = higher(permissions.workspace[workspace], level);
        continue;
      }
      if (kind === "organization") permissions.organization = higher(permissions.organization, level);
      permissions.workspaces = higher(permissions.workspaces, level);
    }
  return permissions;
}

/**
 * Whether the permissions reach the level at a place: at a workspace, or at the organization where it is absent. Whoever may do anything anywhere sees
 * the organization, whose policies hold for all.
 */
export function mayAt(permissions: Permissions, level: Level, workspace?: string): boolean {
  if (workspace !== undefined) {
    const own = Object.hasOwn(permissions.workspace, workspace)
      ? permissions.workspace[workspace]
      : undefined;
    return reaches(own, level) || reaches(permissions.workspaces, level);
  }
  if (level === "view") return isMember(permissions);
  return reaches(permissions.organization, level);
}

/** Whether anything at all is bound. */
export function isMember({ organization, workspaces, workspace }: Permissions): boolean {
  return organization !== undefined || workspaces !== undefined || Object.keys(workspace).length > 0;
}

/** Bindings with others put to them or taken from them; roles without subjects are dropped. */
export function changeBindings(
  bindings: readonly RoleBinding[],
  deltas: readonly BindingDelta[],
): RoleBinding[] {
  const names = new Map(
    ROLES.map((each) => [
      each,
      new Set(
        bindings
          .filter(({ role: bound }) => bound === each)
          .flatMap(({ subjects }) => subjects.map(({ name }) => name)),
      ),
    ]),
  );
  for (const { op, role: bound, subject: of } of deltas) {
    if (op === "ADD") names.get(bound)?.add(of.name);
    else names.get(bound)?.delete(of.name);
  }
  return [...names].flatMap(([bound, users]) =>
    users.size === 0
      ? []
      : [{ role: bound, subjects: [...users].toSorted().map((name) => ({ kind: "USER" as const, name })) }],
  );
}

function higher(held: Level | undefined, level: Level): Level {
  return held !== undefined && reaches(held, level) ? held : level;
}

function reaches(held: Level | undefined, level: Level): boolean {
  return held !== undefined && LEVELS.indexOf(held) >= LEVELS.indexOf(level);
}
