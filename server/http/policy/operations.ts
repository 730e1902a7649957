import { z } from "zod";

import { exceptionManifest } from "../../../policy/common/exception.js";
import { policyManifest } from "../../../policy/common/manifest.js";
import {
  decisionBody,
  explainBody,
  namespaceBody,
  namespaceChangeBody,
  previewBody,
  workspaceBody,
} from "./bodies.js";

/** One thing the policy API does. */
export interface Operation {
  method: "get" | "post" | "put" | "delete";
  /** Below `/v1alpha1`, parameters in braces. */
  path: string;
  summary: string;
  /** The fields of its answer that are always there. */
  answers: string[];
  body?: z.ZodType;
  /** Takes `?dryRun=true`. */
  takesDryRun?: boolean;
}

const policyBody = z.object({ policy: policyManifest });
const exceptionBody = z.object({ exception: exceptionManifest });

/** Policies and their exceptions are set on the organization and on workspaces alike. */
const PLACES = [
  { at: "/organization", where: "the organization" },
  { at: "/workspaces/{workspace}", where: "a workspace" },
];

/** Everything the policy API does; the routes and this list are held together by a test. */
export const OPERATIONS: readonly Operation[] = [
  read("/organization", "The organization of the caller", ["organization"]),
  ...PLACES.flatMap(({ at, where }) => [...policyOperations(at, where), ...exceptionOperations(at, where)]),
  ...workspaceOperations(),
  ...namespaceOperations(),
  ...insightOperations(),
];

function policyOperations(at: string, where: string): Operation[] {
  const all = `${at}/policies`;
  const one = `${all}/{name}`;
  const write = { answers: ["policy"], body: policyBody, takesDryRun: true };
  return [
    read(all, `List the image policies of ${where}`, ["policies", "totalCount"]),
    { method: "post", path: all, summary: `Set an image policy on ${where}`, ...write },
    read(one, `Show an image policy of ${where}`, ["policy"]),
    { method: "put", path: one, summary: `Replace an image policy of ${where}`, ...write },
    remove(one, `Delete an image policy of ${where}`),
  ];
}

function exceptionOperations(at: string, where: string): Operation[] {
  const all = `${at}/exceptions`;
  const one = `${all}/{name}`;
  const answers = ["exception"];
  return [
    read(all, `List the exceptions of policies of ${where}`, ["exceptions", "totalCount"]),
    {
      method: "post",
      path: all,
      summary: `Ask for an exception of a policy of ${where}`,
      answers,
      body: exceptionBody,
    },
    read(one, `Show an exception of ${where}`, answers),
    {
      method: "post",
      path: `${one}/grant`,
      summary: `Grant an exception of ${where}`,
      answers,
      body: decisionBody,
    },
    {
      method: "post",
      path: `${one}/deny`,
      summary: `Deny an exception of ${where}, or end it`,
      answers,
      body: decisionBody,
    },
    { method: "delete", path: one, summary: `Delete an exception of ${where}`, answers: [] },
  ];
}

function workspaceOperations(): Operation[] {
  return [
    read("/workspaces", "List the workspaces", ["workspaces", "totalCount"]),
    {
      method: "post",
      path: "/workspaces",
      summary: "Make a workspace",
      answers: ["workspace"],
      body: workspaceBody,
      takesDryRun: true,
    },
    read("/workspaces/{name}", "Show a workspace", ["workspace"]),
    remove("/workspaces/{name}", "Delete a workspace without namespaces, and its policies"),
  ];
}

function namespaceOperations(): Operation[] {
  const all = "/clusters/{cluster}/namespaces";
  const one = `${all}/{namespace}`;
  return [
    read("/clusters", "List the clusters", ["clusters", "totalCount"]),
    read("/clusters/{cluster}", "Show a cluster", ["cluster"]),
    read("/namespaces", "List the namespaces of the organization", ["namespaces", "totalCount"]),
    read(all, "List the attached namespaces of a cluster", ["namespaces", "totalCount"]),
    {
      method: "post",
      path: all,
      summary: "Attach a namespace to a workspace",
      answers: ["namespace"],
      body: namespaceBody,
      takesDryRun: true,
    },
    read(one, "Show an attached namespace", ["namespace"]),
    {
      method: "put",
      path: one,
      summary: "Move a namespace to another workspace, or change its labels",
      answers: ["namespace"],
      body: namespaceChangeBody,
      takesDryRun: true,
    },
    remove(one, "Detach a namespace; the namespace itself stays"),
  ];
}

function insightOperations(): Operation[] {
  return [
    read("/image-policies", "List the policies of the organization and of all of its workspaces", [
      "policies",
      "totalCount",
    ]),
    read("/image-policies/exceptions", "List the exceptions of all of them", ["exceptions", "totalCount"]),
    read("/image-policies/effective/{namespace}", "What holds in a namespace", ["namespace", "policies"]),
    {
      method: "post",
      path: "/image-policies/explain",
      summary: "Say why an image, or the images of a pod, may run",
      answers: ["allowed", "images"],
      body: explainBody,
    },
    {
      method: "post",
      path: "/image-policies/preview",
      summary: "Say what a change refuses and lets in of what there is",
      answers: ["wouldRefuse", "wouldAdmit", "warnings"],
      body: previewBody,
    },
    read("/image-policies/violations", "What runs against the policies", ["violations", "totalCount"]),
    read("/image-policies/activity", "What was refused, newest first", ["entries"]),
    read("/openapi.json", "This document", ["openapi", "paths"]),
  ];
}

function read(path: string, summary: string, answers: string[]): Operation {
  return { method: "get", path, summary, answers };
}

function remove(path: string, summary: string): Operation {
  return { method: "delete", path, summary, answers: [], takesDryRun: true };
}
