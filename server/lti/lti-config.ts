import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { issueText } from "../../workshop/common/issue-text.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** A registered platform: a learning management system that launches labs here (LTI 1.3). */
export interface LtiPlatform {
  /** For people to read. */
  name: string;
  issuer: string;
  /** What Lectern is registered as there. */
  client: string;
  deployments: string[];
  /** Where a login is begun, tokens are given and keys are. Nothing else is ever asked but lines of scores of the same origins and those of `origins`. */
  authorize: string;
  token: string;
  keys: string;
  /** Where else it has pages and lines of scores: a school's own address at a provider of many. */
  origins: string[];
  /** Whose the events of its links are; the name of a token. */
  owner: string;
  /** How long the event of a link lasts from its first launch. */
  days: number;
  /** How long a session lasts from its first opening. */
  minutes: number;
}

export interface LtiConfig {
  /** PEM files of private RSA keys (PKCS #8); the first signs, all are published, so that keys can be changed. */
  keys: string[];
  platforms: LtiPlatform[];
}

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Plain HTTP is for trying things on one machine. */
const address = z.url().refine(
  (value) => {
    const { protocol, hostname } = new URL(value);
    return protocol === "https:" || (protocol === "http:" && LOCAL.test(hostname));
  },
  { message: "must begin with https://" },
);
const text = z.string().min(1).max(1_000);

const config = z.strictObject({
  keys: z.array(text).min(1).max(5),
  platforms: z
    .array(
      z.strictObject({
        name: text,
        issuer: address,
        client: text,
        deployments: z.array(text).min(1).max(1_000),
        authorize: address,
        token: address,
        keys: address,
        origins: z.array(address).max(20).default([]),
        owner: z.string().min(1).max(64),
        days: z.number().int().min(1).max(400).default(150),
        minutes: z
          .number()
          .int()
          .min(1)
          .max(7 * 24 * 60)
          .default(240),
      }),
    )
    .min(1)
    .max(100)
    .refine(isEachOnce, { message: "the same issuer and client stand there twice" }),
});

function isEachOnce(platforms: readonly { issuer: string; client: string }[]): boolean {
  return (
    new Set(platforms.map(({ issuer, client }) => JSON.stringify([issuer, client]))).size === platforms.length
  );
}

/** The origins that are the platform's, for its frames and its lines of scores. */
export function originsOf({
  issuer,
  token,
  authorize,
  origins,
}: Pick<LtiPlatform, "issuer" | "token" | "authorize" | "origins">): string[] {
  return [...new Set([issuer, token, authorize, ...origins].map((url) => new URL(url).origin))];
}

/** Reads what the operator says of platforms, in YAML or JSON. Throws SERVER_LTI_CONFIG_INVALID. */
export function readLtiConfig(file: string): LtiConfig {
  try {
    const found = config.parse(parse(readFileSync(file, "utf8")));
    for (const key of found.keys) readFileSync(key);
    return found;
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.ltiConfig,
      `The platforms in ${file} cannot be used: ${reasonOf(error)}. docs/teach.md has a whole one to begin with.`,
      error,
    );
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return issueText(error.issues);
  return error instanceof Error ? error.message : String(error);
}
