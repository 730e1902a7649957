import { z } from "zod";

import { compileGlob, matchesToken } from "./glob.js";

/** Most signers one policy may trust: each is tried on each signature. */
export const MAX_AUTHORITIES = 5;

const MAX_KEY_CHARACTERS = 4000;

/** Addresses of workflows, the longest of subjects, stay below it. */
export const MAX_IDENTITY_CHARACTERS = 512;

/** Who is trusted to sign: whoever has a key, or a subject that an issuer of identities vouches for. */
export const authority = z
  .strictObject({
    key: z
      .string()
      .trim()
      .max(MAX_KEY_CHARACTERS)
      .regex(
        /^-----BEGIN PUBLIC KEY-----\r?\n[A-Za-z0-9+/=\r\n]+-----END PUBLIC KEY-----$/,
        "must be a public key in PEM form, as cosign.pub holds it",
      )
      .optional(),
    issuer: z
      .string()
      .trim()
      .max(MAX_IDENTITY_CHARACTERS)
      .regex(/^https:\/\/[^\s|*]+$/, "must be the address of an issuer, such as https://accounts.google.com")
      .optional(),
    subject: z
      .string()
      .trim()
      .max(MAX_IDENTITY_CHARACTERS)
      .regex(
        /^(?=[*]*[^*])[^\s|]+$/,
        "must be who signs, such as dev@example.com or the address of a workflow; * stands for any characters, but not for everybody",
      )
      .optional(),
  })
  .superRefine((each, context) => {
    for (const { path, message } of partProblems(each))
      context.addIssue({ code: "custom", path: [path], message });
  });

export type Authority = z.output<typeof authority>;

/** A subject, in which `*` stands for any characters, and the issuer that vouches for it. */
export interface Identity {
  issuer: string;
  subject: string;
}

/** The identities among those who are trusted. */
export function identitiesOf(authorities: readonly Authority[]): Identity[] {
  return authorities.flatMap(({ issuer, subject }) =>
    issuer === undefined || subject === undefined ? [] : [{ issuer, subject }],
  );
}

/** Whether somebody is whom an identity means. */
export function isIdentity(trusted: Identity, { issuer, subject }: Identity): boolean {
  return trusted.issuer === issuer && matchesToken(compileGlob(trusted.subject), subject);
}

function partProblems({
  key,
  issuer,
  subject,
}: Authority): { path: keyof Identity | "key"; message: string }[] {
  const hasIdentity = issuer !== undefined || subject !== undefined;
  if (key !== undefined)
    return hasIdentity
      ? [
          {
            path: "key",
            message: "stands for itself; an identity (issuer and subject) is a signer of its own",
          },
        ]
      : [];
  if (!hasIdentity)
    return [{ path: "key", message: "is missing; a signer is a key, or an issuer and a subject" }];
  if (issuer === undefined)
    return [{ path: "issuer", message: "is missing; a subject is only worth what its issuer vouches for" }];
  if (subject === undefined)
    return [{ path: "subject", message: "is missing; an issuer alone would trust everybody it knows" }];
  return [];
}
