import { type Command, InvalidArgumentError } from "commander";
import { ROLES } from "../../workshop/common/account-api.js";
import { RULE_KINDS, type RoleRule } from "../auth/provider-roles.js";
import type { SignInConfig } from "../auth/sign-in-provider.js";
import { type LtiConfig, readLtiConfig } from "../lti/lti-config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { path } from "./options.js";

export interface SignInFlags {
  oidcIssuer?: string;
  oidcClient?: string;
  oidcClientSecretFile?: string;
  oidcName: string;
  oidcScope: string;
  oidcRoleClaim: string;
  oidcRole?: RoleRule[];
  lti?: string;
}

/** The provider that people sign in at. */
export function addSignInFlags(serve: Command): Command {
  return serve
    .option(
      "--oidc-issuer <url>",
      "OpenID Connect provider that people sign in at; takes --oidc-client",
      issuer,
    )
    .option("--oidc-client <id>", "what Lectern is registered as there")
    .option("--oidc-client-secret-file <file>", "holds the client's secret (default: a public client)", path)
    .option("--oidc-name <name>", 'what the button says: "Sign in with NAME"', "your account")
    .option("--oidc-scope <scopes>", "what the provider is asked for", "openid profile email")
    .option(
      "--oidc-role-claim <claim>",
      "claim with the groups or roles of somebody, such as realm_access.roles",
      "groups",
    )
    .option(
      "--oidc-role <role=value>",
      "who has that value is a helper, instructor or operator: as group:NAME, as confirmed email:ADDRESS, as subject:ID, or as any of them where the value names none; may be repeated (default: all are learners)",
      roleRules,
    )
    .option("--lti <file>", "learning platforms that send people here by LTI 1.3, in YAML", path);
}

/** A provider over plain HTTP is one of this machine, for trying things. */
function issuer(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isLocal = url !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return value;
  throw new InvalidArgumentError(
    "Expected the https address of a provider, such as https://accounts.example.org.",
  );
}

/** Adds the rule of one flag. Throws InvalidArgumentError. */
export function roleRules(value: string, previous: RoleRule[] | undefined): RoleRule[] {
  const at = value.indexOf("=");
  const role = ROLES.find((one) => one === value.slice(0, at));
  const wanted = value.slice(at + 1);
  const kind = RULE_KINDS.find((one) => wanted.startsWith(`${one}:`));
  const own = kind === undefined ? wanted : wanted.slice(kind.length + 1);
  if (role === undefined || role === "learner" || own === "")
    throw new InvalidArgumentError(
      "Expected ROLE=VALUE with a role of helper, instructor, operator, such as instructor=group:teachers.",
    );
  return [...(previous ?? []), { role, value: own, ...(kind !== undefined && { kind }) }];
}

/** The platforms that send people here. Throws SERVER_LTI_CONFIG_INVALID. */
export function ltiOf(file: string | undefined): { lti?: LtiConfig } {
  return file === undefined ? {} : { lti: readLtiConfig(file) };
}

/** What the flags ask for. Throws SERVER_USAGE where one is missing. */
export function signInOf(flags: SignInFlags, start: string | undefined): { signIn?: SignInConfig } {
  const { oidcIssuer, oidcClient, oidcClientSecretFile, oidcName, oidcScope, oidcRoleClaim, oidcRole } =
    flags;
  if (oidcIssuer === undefined || oidcClient === undefined) {
    refuseHalf(flags, start);
    return {};
  }
  return {
    signIn: {
      issuer: oidcIssuer,
      client: oidcClient,
      ...(oidcClientSecretFile === undefined ? {} : { secretFile: oidcClientSecretFile }),
      name: oidcName,
      scope: oidcScope,
      roleClaim: oidcRoleClaim,
      roles: oidcRole ?? [],
    },
  };
}

function refuseHalf(
  { oidcIssuer, oidcClient, oidcClientSecretFile, oidcRole }: SignInFlags,
  start: string | undefined,
): void {
  const isHalf = [oidcIssuer, oidcClient, oidcClientSecretFile, oidcRole].some((one) => one !== undefined);
  if (!isHalf && start !== "account") return;
  const missing = oidcIssuer === undefined ? "--oidc-issuer" : "--oidc-client";
  const why = isHalf
    ? "Signing in takes a provider and a client there"
    : "--start account is for people who sign in at a provider";
  throw new ServerError(
    serverErrorCodes.usage,
    `${why}, and ${missing} is not given. Give both: --oidc-issuer https://accounts.example.org --oidc-client lectern.`,
  );
}
