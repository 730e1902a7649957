import { readFile } from "node:fs/promises";

import { type LooseManifest, readManifest } from "./manifest-file.js";
import { TmcError } from "./tmc-error.js";

/** The recipes a policy may be made of by flags; `allow-registry` is the original's old word for a list of registries. */
export const RECIPES = [
  "require-digest",
  "block-latest-tag",
  "allowed-name-tag",
  "custom",
  "require-signature",
  "allow-registry",
] as const;

/** What scripts of old versions give as `-t` for a list of registries. */
const OLD_REGISTRY_TEMPLATE = "default-allow-registry";

export interface CreateOptions {
  file?: string;
  recipe?: string;
  name?: string;
  description?: string;
  imageName?: string;
  tag?: string;
  notTag?: string;
  hostname?: string;
  port?: string;
  requireDigest?: boolean;
  registryDomains?: string;
  effect?: string;
  audit?: boolean;
  verify?: boolean;
  key?: string[];
  identity?: string[];
  issuer?: string[];
}

/** The manifest a `create` asks for: from a file, or made of flags. Throws `TmcError` where they do not say enough. */
export async function manifestFrom(options: CreateOptions): Promise<LooseManifest> {
  if (options.file !== undefined) return manifestOfFile(options.file, options);
  const { name, description, registryDomains } = options;
  const isOld = registryDomains !== undefined && options.tag === OLD_REGISTRY_TEMPLATE;
  const recipe = options.recipe ?? (isOld ? "allow-registry" : undefined);
  if (recipe === undefined)
    throw new TmcError("InvalidArgument: give a manifest with -f or a recipe with -r");
  if (name === undefined) throw new TmcError("InvalidArgument: give the policy a name with -n");
  return {
    fullName: { name },
    ...(description !== undefined && { meta: { description } }),
    spec: {
      type: "image-policy",
      recipe: recipe === "allow-registry" ? "custom" : recipe,
      recipeVersion: "v1",
      input: {
        ...(recipe === "allow-registry" ? registriesInput(options) : inputFrom(recipe, options)),
        ...(await signersInput(options)),
      },
    },
  };
}

/** What flags say of a policy, by the flag that says it. */
const SPEC_FLAGS = {
  recipe: "--recipe",
  imageName: "--image-name",
  tag: "--tag",
  notTag: "--not-tag",
  hostname: "--hostname",
  port: "--port",
  requireDigest: "--require-digest",
  registryDomains: "--registry-domains",
  effect: "--effect",
  audit: "--audit",
  verify: "--verify",
  key: "--key",
  identity: "--identity",
  issuer: "--issuer",
} as const satisfies Partial<Record<keyof CreateOptions, string>>;

/** Flags beside a manifest may name the policy and say what it is for; were others left unread, a policy that is to report would refuse. */
async function manifestOfFile(file: string, options: CreateOptions): Promise<LooseManifest> {
  const flags = Object.keys(SPEC_FLAGS) as (keyof typeof SPEC_FLAGS)[];
  const extra = flags.filter((flag) => options[flag] !== undefined).map((flag) => SPEC_FLAGS[flag]);
  if (extra.length > 0)
    throw new TmcError(
      `InvalidArgument: expected the policy in the manifest ${file} alone, and ${extra.join(", ")} came with it; say that in the manifest, or leave -f away`,
    );
  const { name, description } = options;
  const manifest = await readManifest(file, "policy");
  return {
    ...manifest,
    fullName: { ...manifest.fullName, ...(name !== undefined && { name }) },
    ...(description !== undefined && { meta: { ...(manifest["meta"] as object | undefined), description } }),
  };
}

/** The keys of the files that were named, then the identities. */
async function signersInput({ key: files = [], identity = [], issuer = [] }: CreateOptions): Promise<object> {
  if (issuer.length !== identity.length && (issuer.length !== 1 || identity.length === 0))
    throw new TmcError(
      "InvalidArgument: an identity is worth what its issuer vouches for; give one --issuer for all of --identity, or one for each",
    );
  const keys = await Promise.all(files.map(readKey));
  const identities = identity.map((subject, index) => ({ issuer: issuer[index] ?? issuer[0], subject }));
  const authorities = [...keys.map((key) => ({ key })), ...identities];
  return authorities.length === 0 ? {} : { authorities };
}

async function readKey(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new TmcError(`InvalidArgument: the key ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** A rule for each registry, with its port where it has one. */
function registriesInput({ registryDomains, audit }: CreateOptions): object {
  const domains = (registryDomains ?? "").split(",").filter((domain) => domain !== "");
  if (domains.length === 0)
    throw new TmcError(
      "InvalidArgument: recipe allow-registry needs registries; say --registry-domains a.example.com,b.example.com",
    );
  const rules = domains.map((domain) => {
    const [, host = domain, port] = /^(.+):([0-9]+)$/.exec(domain) ?? [];
    return { hostname: host, ...(port !== undefined && { port }) };
  });
  return { ...(audit === true && { audit }), effect: "allow", rules };
}

function inputFrom(recipe: string, options: CreateOptions): object {
  const { imageName, tag, notTag, hostname, port, requireDigest, audit, effect, verify } = options;
  if (recipe === "custom" && effect === undefined)
    throw new TmcError(
      "InvalidArgument: a custom policy either blocks the images its rule names or allows nothing else; say --effect block or --effect allow",
    );
  const rule = {
    ...(hostname !== undefined && { hostname }),
    ...(port !== undefined && { port }),
    ...(imageName !== undefined && { imageName }),
    ...(tag !== undefined && { tag: { value: tag } }),
    ...(notTag !== undefined && { tag: { value: notTag, negate: true } }),
    ...(requireDigest === true && { requireDigest }),
  };
  const hasRule = Object.keys(rule).length > 0;
  return {
    ...(audit === true && { audit }),
    ...(verify === true && { verify }),
    ...(effect !== undefined && { effect }),
    ...(hasRule && { rules: [rule] }),
  };
}
