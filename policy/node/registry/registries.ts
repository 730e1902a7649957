import type { TrustMaterial } from "@sigstore/verify";
import { z } from "zod";

import { isDockerHub } from "../../common/docker-hub.js";
import { DOCKER_HUB, type ImageReference } from "../../common/reference.js";

/** Host names with an optional port, lower case. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,45}\])(?::\d{1,5})?$/;

const DEFAULT_RECHECK_SECONDS = 600;

const hosts = z.array(z.string().regex(HOST, "must be hosts such as auth.example.com")).max(20).default([]);

const registry = z
  .strictObject({
    host: z.string().regex(HOST, "must be the host as images name it, such as ghcr.io or localhost:5000"),
    endpoint: z
      .string()
      .regex(
        /^https?:\/\/[^/?#@\s]+$/,
        "must be an address without a path, such as https://registry.example.com",
      )
      .optional(),
    tokenHosts: hosts,
    contentHosts: hosts,
    username: z.string().min(1).max(255).optional(),
    password: z.string().min(1).max(65_536).optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: "a username needs a password beside it, and a password a username",
  });

/** What the operator says of registries: which may be asked, and how. Nothing else is ever called. */
export const registriesFile = z.strictObject({
  registries: z.array(registry).min(1).max(100),
  /** How often what is known is asked for anew. */
  recheckSeconds: z.number().positive().max(86_400).default(DEFAULT_RECHECK_SECONDS),
  /** A file with the authorities and logs that identities of signers are believed by; beside this one, where its path is not absolute. */
  trustedRoot: z.string().min(1).max(4096).optional(),
});

export type RegistriesFile = z.output<typeof registriesFile>;

/** A registry that may be asked. */
export interface Registry {
  /** As images name it. */
  host: string;
  endpoint: URL;
  /** Where its tokens may come from, and where its contents may be. */
  tokenHosts: string[];
  contentHosts: string[];
  credentials?: { username: string; password: string };
}

/** The registries that may be asked, by the hosts of images. */
export interface Registries {
  recheckMs: number;
  /** By which identities of signers are believed; absent where the operator gave none. */
  trust?: TrustMaterial;
  /** `undefined` for one that may not be. */
  find(reference: Pick<ImageReference, "host" | "port">): Registry | undefined;
}

/** Docker Hub answers under another name than images carry. */
const HUB = { endpoint: "https://registry-1.docker.io", tokenHosts: ["auth.docker.io"] };

/** None may be asked. */
export const NO_REGISTRIES: Registries = {
  recheckMs: DEFAULT_RECHECK_SECONDS * 1000,
  find: () => undefined,
};

/** Reads what the file says; what its `trustedRoot` holds comes beside it. */
export function createRegistries(
  { registries, recheckSeconds }: RegistriesFile,
  trust?: TrustMaterial,
): Registries {
  const byHost = new Map(registries.map((each) => [each.host, toRegistry(each)]));
  return {
    recheckMs: recheckSeconds * 1000,
    ...(trust && { trust }),
    find: ({ host, port }) => {
      const name = host.toLowerCase();
      return byHost.get(isDockerHub(name) ? DOCKER_HUB : `${name}${port && `:${port}`}`);
    },
  };
}

function toRegistry({ host, username, password, ...given }: RegistriesFile["registries"][number]): Registry {
  const isHub = host === DOCKER_HUB;
  const endpoint = new URL(given.endpoint ?? (isHub ? HUB.endpoint : `https://${host}`));
  return {
    host,
    endpoint,
    tokenHosts: [endpoint.host, ...given.tokenHosts, ...(isHub ? HUB.tokenHosts : [])],
    contentHosts: [endpoint.host, ...given.contentHosts],
    ...(username !== undefined && password !== undefined && { credentials: { username, password } }),
  };
}
