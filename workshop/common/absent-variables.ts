import { withoutApplication } from "./absent-applications.js";

/** What a variable is of that has no value here, and what an author does instead. */
export interface AbsentValue {
  what: string;
  fix: string;
}

/** Variables of the Educates format that have no value here, and what they are of. */
const ABSENT: ReadonlyMap<string, AbsentValue> = new Map([
  ...of(
    "a registry of the session",
    "registry_host registry_auth_file registry_username registry_password registry_auth_token registry_secret",
    withoutApplication("registry"),
  ),
  ...of(
    "a git server of the session",
    "git_protocol git_host git_username git_password git_auth_token",
    withoutApplication("git"),
  ),
  ...of("a virtual cluster of the session", "vcluster_namespace vcluster_secret"),
  ...of("keys for ssh", "ssh_private_key ssh_public_key ssh_keys_secret"),
  ...of("a cache of images or files", "oci_image_cache assets_repository"),
  ...of(
    "the place that the lab's files are published at",
    "image_repository workshop_version workshop_image workshop_image_pull_policy",
  ),
  ...of("an object of the original platform", "ingress_secret workshop_environment_uid workshop_session_uid"),
  ...of(
    "access by a password or a token",
    "services_password config_password kubernetes_token kubernetes_ca_crt",
  ),
  ...of(
    "an address of its own for what is a tab here, or the page itself",
    "base_url console_url terminal_url",
  ),
  ...of("a portal that asks learners who they are", "username first_name last_name email restart_url"),
]);

function of(
  what: string,
  names: string,
  fix = "Say it in another way, or leave it out",
): [string, AbsentValue][] {
  return names.split(" ").map((name) => [name, { what, fix }]);
}

/** Whether a text of a page names such a variable. */
export function namesAbsentVariable(text: string): boolean {
  return [...text.matchAll(/(?:\{\{-?[ \t]*|param[ \t]+["`]?)(\w{1,100})/g)].some(([, name = ""]) =>
    ABSENT.has(name),
  );
}

/** What the variable is of, where the Educates format has it and Lectern does not. */
export function absentVariable(name: string): AbsentValue | undefined {
  return ABSENT.get(name);
}
