import { z } from "zod";

import { exceptionManifest } from "../../../policy/common/exception.js";
import { policyManifest } from "../../../policy/common/manifest.js";
import type { Level } from "../../../policy/common/roles.js";
import {
  apiTokenBody,
  bindingsBody,
  clusterBody,
  decisionBody,
  explainBody,
  namespaceBody,
  namespaceChangeBody,
  previewBody,
  rolesBody,
  verifyBody,
  workspaceBody,
} from "./bodies.js";

/** One thing the policy API does. */
export interface Operation {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Below `/v1alpha1`, parameters in braces. */
  path: string;
  summary: string;
  /** The fields of its answer that are always there. */
  answers: string[];
  body?: z.ZodType;
  /** The least that whoever asks must be allowed; what only the body names is asked of besides. */
  needs: { level: Level; on: "organization" | "workspace" | "namespace" };
  /** Takes `?dryRun=true`. */
  takesDryRun?: boolean;
  /** Takes the search and the page of `LIST_QUERY`. */
  isPaged?: boolean;
}

const policyBody = z.object({ policy: policyManifest });
const exceptionBody = z.object({ exception: exceptionManifest });

/** Policies and their exceptions are set on the organization and on workspaces alike. */
const PLACES = [
  { at: "/organization", where: "the organization", on: "organization" },
  { at: "/workspaces/{workspace}", where: "a workspace", on: "workspace" },
] as const;

type Place = (typeof PLACES)[number];

const MEMBER = { level: "view", on: "organization" } as const;

/** Everything the policy API does; the routes and this list are held together by a test. */
export const OPERATIONS: readonly Operation[] = [
  read("/organization", "The organization of the caller", ["organization"]),
  ...PLACES.flatMap((place) => [
    ...policyOperations(place),
    ...exceptionOperations(place),
    ...historyOperations(place),
  ]),
  ...accessOperations(),
  ...workspaceOperations(),
  ...namespaceOperations(),
  ...insightOperations(),
];

function policyOperations({ at, where, on }: Place): Operation[] {
  const all = `${at}/policies`;
  const one = `${all}/{name}`;
  const view = { level: "view", on } as const;
  const needs = { level: "admin", on } as const;
  const write = { answers: ["policy"], body: policyBody, needs, takesDryRun: true };
  return [
    read(all, `List the image policies of ${where}`, ["policies", "totalCount"], view),
    { method: "post", path: all, summary: `Set an image policy on ${where}`, ...write },
    read(one, `Show an image policy of ${where}`, ["policy"], view),
    { method: "put", path: one, summary: `Replace an image policy of ${where}`, ...write },
    remove(one, `Delete an image policy of ${where}`, needs),
  ];
}

function exceptionOperations({ at, where, on }: Place): Operation[] {
  const all = `${at}/exceptions`;
  const one = `${all}/{name}`;
  const answers = ["exception"];
  const view = { level: "view", on } as const;
  const edit = { level: "edit", on } as const;
  const needs = { level: "admin", on } as const;
  return [
    read(all, `List the exceptions of policies of ${where}`, ["exceptions", "totalCount"], view),
    {
      method: "post",
      path: all,
      summary: `Ask for an exception of a policy of ${where}`,
      answers,
      needs: edit,
      takesDryRun: true,
      body: exceptionBody,
    },
    read(one, `Show an exception of ${where}`, answers, view),
    {
      method: "post",
      path: `${one}/grant`,
      summary: `Grant an exception of ${where}`,
      answers,
      needs,
      takesDryRun: true,
      body: decisionBody,
    },
    {
      method: "post",
      path: `${one}/deny`,
      summary: `Deny an exception of ${where}, or end it`,
      answers,
      needs,
      takesDryRun: true,
      body: decisionBody,
    },
    {
      method: "delete",
      path: one,
      summary: `Delete an exception of ${where}: one's own with edit, others' with admin`,
      answers: [],
      needs: edit,
      takesDryRun: true,
    },
  ];
}

function historyOperations({ at, where, on }: Place): Operation[] {
  const all = `${at}/history`;
  const view = { level: "view", on } as const;
  return [
    read(
      all,
      `List what was changed of ${where}, newest first; ?kind= and ?name= ask for one thing`,
      ["changes"],
      view,
    ),
    read(`${all}/{id}`, `Show a change of ${where}, with what was before and after it`, ["change"], view),
    {
      method: "post",
      path: `${all}/{id}/restore`,
      summary: `Make what was changed of ${where} what it was after the change`,
      answers: ["change"],
      needs: { level: "admin", on },
      takesDryRun: true,
    },
  ];
}

function workspaceOperations(): Operation[] {
  return [
    { ...read("/workspaces", "List the workspaces", ["workspaces", "totalCount"]), isPaged: true },
    {
      method: "post",
      path: "/workspaces",
      summary: "Make a workspace",
      answers: ["workspace"],
      needs: { level: "edit", on: "organization" },
      body: workspaceBody,
      takesDryRun: true,
    },
    read("/workspaces/{name}", "Show a workspace", ["workspace"], { level: "view", on: "workspace" }),
    remove("/workspaces/{name}", "Delete a workspace without namespaces, and its policies", {
      level: "admin",
      on: "workspace",
    }),
  ];
}

function namespaceOperations(): Operation[] {
  const all = "/clusters/{cluster}/namespaces";
  const found = ["namespaces", "totalCount"];
  const one = `${all}/{namespace}`;
  return [
    read("/clusters", "List the clusters", ["clusters", "totalCount"]),
    {
      method: "post",
      path: "/clusters",
      summary: "Attach a further cluster, by its kubeconfig or as one that the operator gives",
      answers: ["cluster"],
      needs: { level: "admin", on: "organization" },
      body: clusterBody,
      takesDryRun: true,
    },
    read("/clusters/{cluster}", "Show a cluster, and how far it is with the policies", ["cluster"]),
    {
      ...remove("/clusters/{cluster}", "Detach a cluster that was attached; ?force=true one that is away", {
        level: "admin",
        on: "organization",
      }),
      answers: ["state"],
    },
    { ...read("/namespaces", "List the namespaces of the organization", found), isPaged: true },
    { ...read(all, "List the attached namespaces of a cluster", found), isPaged: true },
    {
      method: "post",
      path: all,
      summary: "Attach a namespace to a workspace, which takes edit there",
      answers: ["namespace"],
      needs: MEMBER,
      body: namespaceBody,
      takesDryRun: true,
    },
    read(one, "Show an attached namespace", ["namespace"], { level: "view", on: "namespace" }),
    {
      method: "put",
      path: one,
      summary: "Move a namespace to another workspace, where it takes edit, or change its labels",
      answers: ["namespace"],
      needs: { level: "admin", on: "namespace" },
      body: namespaceChangeBody,
      takesDryRun: true,
    },
    remove(one, "Detach a namespace; the namespace itself stays", { level: "admin", on: "namespace" }),
  ];
}

function insightOperations(): Operation[] {
  return [
    read("/image-policies", "List the policies of the organization and of all of its workspaces", [
      "policies",
      "totalCount",
    ]),
    read("/image-policies/exceptions", "List the exceptions of all of them", ["exceptions", "totalCount"]),
    read("/image-policies/history", "List what was changed in all of it", ["changes"]),
    read("/image-policies/effective/{namespace}", "What holds in a namespace", ["namespace", "policies"], {
      level: "view",
      on: "namespace",
    }),
    {
      method: "post",
      path: "/image-policies/explain",
      summary: "Say why an image, or the images of a pod, may run",
      answers: ["allowed", "images"],
      needs: MEMBER,
      body: explainBody,
    },
    {
      method: "post",
      path: "/image-policies/preview",
      summary: "Say what a change refuses and lets in of what there is",
      answers: ["wouldRefuse", "wouldAdmit", "warnings"],
      needs: MEMBER,
      body: previewBody,
    },
    read("/image-policies/known-images", "What registries told of images", ["images", "totalCount"]),
    {
      method: "post",
      path: "/image-policies/verify",
      summary: "Ask the registry about an image now",
      answers: ["images", "totalCount"],
      needs: MEMBER,
      body: verifyBody,
    },
    read("/image-policies/violations", "What runs against the policies", ["violations", "totalCount"]),
    read("/image-policies/activity", "What was refused, newest first", ["entries"]),
    read("/openapi.json", "This document", ["openapi", "paths"]),
  ];
}

function accessOperations(): Operation[] {
  return [
    read("/permissions", "Who asks, and what they may do", ["user", "groups", "permissions"]),
    {
      method: "post",
      path: "/organization/api-tokens",
      summary: "Make what logs a user in to tmc and to REST",
      answers: ["apiToken"],
      needs: { level: "admin", on: "organization" },
      body: apiTokenBody,
    },
    ...(["organization", "workspace"] as const).flatMap((on) => iamOperations(on)),
  ];
}

function iamOperations(on: "organization" | "workspace"): Operation[] {
  const path = on === "organization" ? "/organization:iam/{organization}" : "/workspaces:iam/{workspace}";
  const change = { path, answers: ["policy"], needs: { level: "admin", on } as const };
  const where = on === "organization" ? "the organization" : "a workspace";
  return [
    read(path, `List who may do what on ${where}`, ["policyList"], { level: "view", on }),
    { ...change, method: "put", summary: `Replace the role bindings of ${where}`, body: rolesBody },
    { ...change, method: "patch", summary: `Add and remove role bindings of ${where}`, body: bindingsBody },
  ];
}

/** Whoever may do anything in the organization reads what says nothing else. */
function read(
  path: string,
  summary: string,
  answers: string[],
  needs: Operation["needs"] = MEMBER,
): Operation {
  return { method: "get", path, summary, answers, needs };
}

function remove(path: string, summary: string, needs: Operation["needs"]): Operation {
  return { method: "delete", path, summary, answers: [], needs, takesDryRun: true };
}
