import type { InstructorRow } from "../../workshop/common/instructor-api.js";

const MINUTE_MS = 60_000;
const minutesFromNow = (minutes: number): string => new Date(Date.now() + minutes * MINUTE_MS).toISOString();

/** Twelve learners of one class: one stuck, one short of time, one whose session could not be made, one done. */
export const sampleRows: InstructorRow[] = Array.from({ length: 12 }, (_, index) => ({
  id: `class-a-${index + 1}`,
  lab: "image-policies",
  title: "Image Registry Policies",
  phase: "Active",
  page: "policies",
  pageNumber: 1 + (index % 3),
  pages: 3,
  stepsDone: (index * 5) % 10,
  stepsFailed: index === 4 ? 3 : index % 2,
  steps: 9,
  createdAt: minutesFromNow(-20),
  openedAt: minutesFromNow(-20),
  minutes: 60,
  lastActivityAt: minutesFromNow(-index),
  expiresAt: minutesFromNow(index === 7 ? 1.5 : 3 + index * 4),
  link: `https://lectern.example/join/class-a-${index + 1}`,
  ...(index === 4 ? { stuck: "The command of step 4 failed three times." } : {}),
  ...(index === 9 ? { phase: "Failed", reason: "The namespace could not be made: quota exceeded." } : {}),
  ...(index === 11 ? { phase: "Ended" } : {}),
})) as InstructorRow[];
