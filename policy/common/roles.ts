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

/** What each role allows, in a sentence. */
export const ROLE_MEANINGS: Record<Role, string> = {
  "organization.view": "Sees everything.",
  "organization.edit":
    "Sees everything, makes workspaces, attaches namespaces, and asks for exceptions, the organization's as well.",
  "organization.admin": "Everything.",
  "workspace.view": "Sees the workspace, its policies, exceptions and namespaces.",
  "workspace.edit": "Sees the workspace, attaches namespaces to it, and asks for exceptions.",
  "workspace.admin":
    "Changes the policies of the workspace, grants exceptions, moves namespaces, gives roles.",
};

/** The roles that can be bound on a workspace, or on the organization. */
export function rolesFor(place: "workspace" | "organization"): readonly Role[] {
  return place === "organization" ? ROLES : ROLES.filter((each) => each.startsWith("workspace."));
}

/** Of one place; as many as fit into an object of the cluster with room to spare. */
export const MAX_SUBJECTS = 200;

/** Without commas, which stand between the names of a list. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9@._+-]{0,251}[A-Za-z0-9])?$/;

export const userName = z.string().regex(NAME, "must be a user such as alice or alice@example.com");

/** A group; whose it is stands in the API token of a user, as in what an identity provider signs. */
export const groupName = z.string().regex(NAME, "must be a group such as team-blue or team-blue@example.com");

export const SUBJECT_KINDS = ["USER", "GROUP"] as const;

/** Whom a role is given to. */
export const subject = z.discriminatedUnion(
  "kind",
  [
    z.object({ kind: z.literal("USER"), name: userName }),
    z.object({ kind: z.literal("GROUP"), name: groupName }),
  ],
  { error: "must be of kind USER or GROUP: there are no service accounts here" },
);

export type Subject = z.output<typeof subject>;

/** Who asks: a user, with the groups they belong to. */
export interface Identity {
  user: string;
  groups?: readonly string[];
}

/** Whether what is bound to the subject is bound to whoever asks. */
export function isSubject({ user, groups = [] }: Identity, { kind, name }: Subject): boolean {
  return kind === "USER" ? name === user : groups.includes(name);
}

export const role = z.enum(ROLES, { error: `must be one of ${ROLES.join(", ")}` });

/** The bindings of one place. */
export const roleBindings = z
  .array(z.object({ role, subjects: z.array(subject) }))
  .refine(
    (bindings) => bindings.reduce((sum, { subjects }) => sum + subjects.length, 0) <= MAX_SUBJECTS,
    `may bind ${String(MAX_SUBJECTS)} users and groups at most`,
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
export function permissionsOf(identity: Identity, places: readonly BoundRoles[]): Permissions {
  const permissions: Permissions = { workspace: {} };
  for (const { workspace, roleBindings: bindings } of places)
    for (const { role: bound } of bindings.filter(({ subjects }) =>
      subjects.some((each) => isSubject(identity, each)),
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

/** Whether the permissions reach the level at the organization or at any workspace. */
export function mayAnywhere({ organization, workspaces, workspace }: Permissions, level: Level): boolean {
  return [organization, workspaces, ...Object.values(workspace)].some((each) => reaches(each, level));
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
  const bound = new Map(
    ROLES.map((each) => [
      each,
      new Map(
        bindings
          .filter(({ role: of }) => of === each)
          .flatMap(({ subjects }) => subjects.map((of) => [subjectKey(of), of] as const)),
      ),
    ]),
  );
  for (const { op, role: of, subject: whom } of deltas) {
    if (op === "ADD") bound.get(of)?.set(subjectKey(whom), whom);
    else bound.get(of)?.delete(subjectKey(whom));
  }
  return [...bound].flatMap(([of, subjects]) =>
    subjects.size === 0
      ? []
      : [{ role: of, subjects: [...subjects].toSorted(byKey).map(([, whom]) => whom) }],
  );
}

/** Users before groups, each by name. */
function subjectKey({ kind, name }: Subject): string {
  return `${kind === "USER" ? "0" : "1"}/${name}`;
}

function byKey([left]: readonly [string, Subject], [right]: readonly [string, Subject]): number {
  return left < right ? -1 : 1;
}

function higher(held: Level | undefined, level: Level): Level {
  return held !== undefined && reaches(held, level) ? held : level;
}

function reaches(held: Level | undefined, level: Level): boolean {
  return held !== undefined && LEVELS.indexOf(held) >= LEVELS.indexOf(level);
}
