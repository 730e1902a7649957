import { readSigningRequest } from "../../cluster/certificates/signing-request.js";
import { readYaml } from "../../cluster/http/read-yaml.js";
import { VariableFiller } from "../../cluster/node/environment.js";
import { applyStrategicMergePatch } from "../../cluster/patch/strategic-merge.js";
import { resolveNothing } from "../../cluster/schema/schema.js";
import { answerTo } from "../../containers/node/name-answers.js";
import { compileException, exceptionSpec } from "../../policy/common/exception.js";
import { accountOfClaims } from "../../server/auth/provider-roles.js";
import { terminalText } from "../../server/cli/terminal-text.js";
import { readCookies } from "../../server/http/cookies.js";
import { networkOf } from "../../server/http/rate-limit.js";
import { requestHeaders, responseHeaders } from "../../server/ingress/forwarded-headers.js";
import { ingressBelowPath, labelBelow } from "../../server/ingress/ingress-addresses.js";
import { admissionTokens, ownHostOnly } from "../../server/ingress/ingress-cookie.js";
import { eventResults, resultsCsv } from "../../workshop/common/event-results.js";
import { ingressAt, ingressSchema } from "../../workshop/common/ingress.js";
import { readNameList } from "../../workshop/common/name-list.js";
import { parseImageReference } from "../../workshop/node/revisions/image-reference.js";
import type { Readers } from "./hostile-readers.js";
import { GENERAL, IMAGES, filled, quarter } from "./hostile-text.js";

const ROLES = { roleClaim: "groups", roles: [{ role: "instructor", value: "x" }] } as const;
const FORWARDING = { prefix: "/p", client: "", protocol: "http", pages: "http://a" } as const;
const MERGED = {
  type: "object",
  properties: {
    list: {
      type: "array",
      "x-kubernetes-patch-merge-key": "name",
      "x-kubernetes-patch-strategy": "merge",
    },
  },
} as const;

/** What servers read of requests: of browsers, of sign-in providers, of applications in sessions, of clients of the embedded cluster. */
export const SERVERS: Record<string, Readers> = {
  "claims of a sign-in provider": [
    {
      account: (text) =>
        accountOfClaims(
          { sub: text, name: text, email: text, email_verified: true, groups: text.split("a") },
          ROLES,
        ),
    },
    { ...GENERAL, "letters alone": filled("a"), marks: filled("a\u0301"), unseen: filled("\u200b") },
  ],
  "lists of names": [
    { list: readNameList, table: (text) => readNameList(`name,x\n${text}`) },
    {
      ...GENERAL,
      "a name a line": filled("a\n"),
      "quoted cells": filled('"a",'),
      "quotes that never end": filled('"\n'),
      "quotes within": filled('"a"b,'),
      separators: filled(";"),
    },
  ],
  "results for a spreadsheet": [
    {
      csv: (text) =>
        resultsCsv(
          eventResults({
            event: "e",
            lab: "l",
            title: text,
            from: "",
            until: "",
            pages: [],
            asksFeedback: true,
            people: [{ id: "1", name: text.slice(0, 80) }],
            outcomes: text
              .slice(0, 500)
              .split("")
              .map((step, number) => ({
                person: "1",
                page: `${step}${number}`,
                step,
                number,
                tries: 1,
                failures: 0,
                firstAt: 1,
              })),
          }),
        ),
    },
    { ...GENERAL, formulas: filled("=1+1,") },
  ],
  "addresses of applications": [
    {
      path: ingressBelowPath,
      host: (text) => labelBelow("example.org", { headers: { host: `${text}.example.org` } }),
      link: (text) => ingressAt(`http://${text}`, [{ name: "a", port: 1, protocol: "http", path: "/" }], {}),
      lab: (text) => ingressSchema.safeParse({ name: text, port: 1, host: text, path: `/${text}` }),
      network: networkOf,
    },
    {
      ...GENERAL,
      ...IMAGES,
      "paths of applications": filled("/s/a/ingress/a/~aaaaaaaaa"),
      "long tokens": filled(`/s/a/ingress/a/~${"a".repeat(1199)}`),
      ports: filled("1:"),
    },
  ],
  headers: [
    {
      cookies: readCookies,
      admission: admissionTokens,
      set: ownHostOnly,
      request: (text) =>
        requestHeaders({ connection: text, cookie: text, host: text }, { ...FORWARDING, isBelowPath: false }),
      answer: (text) =>
        responseHeaders(
          { connection: text, location: text, "content-security-policy": text, "set-cookie": [text] },
          { ...FORWARDING, isBelowPath: false },
          { host: "a", origin: "http://a" },
        ),
    },
    {
      ...GENERAL,
      pairs: filled("a=b; "),
      semicolons: filled(";"),
      commas: filled(","),
      domains: filled(" domain=;"),
      frames: filled("frame-ancestors ;"),
    },
  ],
  "images of labs and exceptions": [
    {
      lab: (text) => parseImageReference(`a.b/${text}`),
      registry: parseImageReference,
      pattern: (image) => compileException({ image }),
      exception: (text) =>
        exceptionSpec.safeParse({
          policy: text,
          namespace: text,
          workload: { kind: "Pod", name: text },
          image: text,
          owner: text,
          reason: text,
          expires: text,
        }),
    },
    IMAGES,
  ],
  "YAML for the embedded cluster": [
    { body: readYaml },
    {
      "lists behind a list": quarter("[0]"),
      quotes: quarter('"'),
      tags: quarter("!a "),
      blanks: `${filled(" ")}x`,
      "blanks between marks": `${"- ".repeat(99)}${filled(" ")}x`,
      "flow lists that end": "[".repeat(50_000) + "]".repeat(50_000),
    },
  ],
  "containers and certificates of the embedded cluster": [
    {
      variables: (text) => new VariableFiller().fill(text, new Map([["A", "x"]])),
      request: (text) => readSigningRequest(Buffer.from(text).toString("base64")),
      "request of blanks": (text) =>
        readSigningRequest(Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----${text}`).toString("base64")),
    },
    { ...GENERAL, names: filled("$("), "names that end": filled("$(A)"), requests: filled("-----BEGIN ") },
  ],
  "patches of lists": [
    {
      merge: (text) => {
        const list = text.match(/.{1,10}/gs)?.map((name, at) => ({ name: `${name}${at}` })) ?? [];
        const patch = { list: list.toReversed(), "$setElementOrder/list": list };
        return applyStrategicMergePatch({ list }, patch, MERGED, resolveNothing);
      },
      deletion: (text) => {
        const list = text.match(/.{1,10}/gs)?.map((name, at) => ({ name: `${name}${at}` })) ?? [];
        const patch = { list: list.map(({ name }) => ({ name, $patch: "delete" })) };
        return applyStrategicMergePatch({ list }, patch, MERGED, resolveNothing);
      },
    },
    { "many elements": filled("a") },
  ],
  "names that are asked for, and text for a terminal": [
    { name: (text) => answerTo(Buffer.from(text), new Map()), terminal: terminalText },
    { ...GENERAL, labels: `\0\0\x01\0\0\x01\0\0\0\0\0\0${filled("\x01a")}`, controls: filled("\u001b") },
  ],
};
