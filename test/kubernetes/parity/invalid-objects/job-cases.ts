import { template, job, cronJob, kind, withMetadata, jobOfPods } from "./objects.js";
import type { InvalidObjects } from "./objects.js";

export const jobCases: InvalidObjects = {
  Job: {
    "completions indexed long": job({ completionMode: "Indexed", completions: 3, parallelism: 200000 }),
    "per index": job({ backoffLimitPerIndex: 1 }),
    "per index negative": job({
      completionMode: "Indexed",
      completions: 3,
      backoffLimitPerIndex: -1,
      maxFailedIndexes: -1,
    }),
    "max failed alone": job({ completionMode: "Indexed", completions: 3, maxFailedIndexes: 1 }),
    "max failed over": job({
      completionMode: "Indexed",
      completions: 3,
      backoffLimitPerIndex: 1,
      maxFailedIndexes: 5,
    }),
    "failure policy on failure": {
      ...job({}),
      spec: {
        template: template({ restartPolicy: "OnFailure" }),
        podFailurePolicy: { rules: [{ action: "Ignore", onExitCodes: { operator: "In", values: [1] } }] },
      },
    },
    "failure policy action": job({
      podFailurePolicy: { rules: [{ action: "Retry", onExitCodes: { operator: "Like", values: [] } }] },
    }),
    "failure policy both": job({
      podFailurePolicy: {
        rules: [
          {
            action: "Ignore",
            onExitCodes: { operator: "In", values: [1] },
            onPodConditions: [{ type: "a", status: "True" }],
          },
        ],
      },
    }),
    "failure policy container": job({
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onExitCodes: { containerName: "none", operator: "In", values: [2, 1, 1] } },
        ],
      },
    }),
    "failure policy index": job({
      podFailurePolicy: { rules: [{ action: "FailIndex", onExitCodes: { operator: "In", values: [1] } }] },
    }),
    "failure policy condition": job({
      podFailurePolicy: {
        rules: [{ action: "Ignore", onPodConditions: [{ type: "a b", status: "Perhaps" }] }],
      },
    }),
    "success policy": job({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
    "success policy empty": job({ completionMode: "Indexed", completions: 3, successPolicy: { rules: [] } }),
    "success rule empty": job({ completionMode: "Indexed", completions: 3, successPolicy: { rules: [{}] } }),
    "success indexes": job({
      completionMode: "Indexed",
      completions: 3,
      successPolicy: {
        rules: [{ succeededIndexes: "5" }, { succeededIndexes: "a-b" }, { succeededCount: 9 }],
      },
    }),
    replacement: job({
      podReplacementPolicy: "TerminatingOrFailed",
      podFailurePolicy: { rules: [{ action: "Ignore", onExitCodes: { operator: "In", values: [1] } }] },
    }),
    "replacement word": job({ podReplacementPolicy: "What" }),
    "managed by": job({ managedBy: "a b" }),
    "manual without": job({ manualSelector: true }),
    "name long": withMetadata(job({ completionMode: "Indexed", completions: 3 }), { name: "a".repeat(63) }),
    "name too long": withMetadata(job({}), { name: "a".repeat(64) }),
    "no template": { ...kind("batch/v1", "Job"), spec: {} },
    always: jobOfPods({ restartPolicy: "Always" }),
  },
  CronJob: {
    empty: cronJob({ schedule: "" }),
    "six fields": cronJob({ schedule: "* * * * * *" }),
    hour: cronJob({ schedule: "0 25 * * *" }),
    range: cronJob({ schedule: "10-5 * * * *" }),
    step: cronJob({ schedule: "*/0 * * * *" }),
    "word month": cronJob({ schedule: "* * * foo *" }),
    every: cronJob({ schedule: "@every" }),
    "every text": cronJob({ schedule: "@every 1x" }),
    "day 0": cronJob({ schedule: "* * 0 * *" }),
    "week 8": cronJob({ schedule: "* * * * 8" }),
    "zone empty": cronJob({ timeZone: "" }),
    "zone local": cronJob({ timeZone: "Local" }),
    "zone case": cronJob({ timeZone: "europe/berlin" }),
    "job restart": cronJob({ jobTemplate: { spec: { template: template() } } }),
    "job negative": cronJob({
      jobTemplate: { spec: { template: template({ restartPolicy: "Never" }), backoffLimit: -1 } },
    }),
    "job selector": cronJob({
      jobTemplate: {
        spec: {
          manualSelector: true,
          selector: { matchLabels: { a: "b" } },
          template: template({ restartPolicy: "Never" }),
        },
      },
    }),
    dash: cronJob({ schedule: "1- * * * *" }),
    minus: cronJob({ schedule: "-1 * * * *" }),
  },
};
