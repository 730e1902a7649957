import type { InstructorRow, ScreensEvent } from "../../workshop/common/instructor-api.js";
import { sampleRows } from "./sample-rows.js";

const SEATS = 60;
const NAMES = [
  "Anna Berg",
  "Björn Åkesson",
  "Chioma Okafor",
  "Đặng Minh Anh",
  "Élodie Lefèvre",
  "Fatima al-Zahra",
];
const MINUTE_MS = 60_000;

function at(minutes: number): string {
  return new Date(Date.now() + minutes * MINUTE_MS).toISOString();
}

/** A full room in the middle of the day, with somebody in each state. */
export function wallRows(): InstructorRow[] {
  return Array.from({ length: SEATS }, (_, index) => {
    const { stuck: _stuck, reason: _reason, ...row } = sampleRows[0] as InstructorRow;
    return {
      ...row,
      id: `room-${String(index + 1)}`,
      person: `${NAMES[index % NAMES.length] ?? ""} ${String(index + 1)}`,
      createdAt: at(-60 + index / 100),
      pageNumber: 1 + (index % 3),
      stepsDone: 1 + (index % 7),
      step: { number: 1 + (index % 4), of: 4 },
      ...stateAt(index),
    };
  });
}

function stateAt(index: number): Partial<InstructorRow> {
  if (index === 7) return { help: { text: "My pod does not start", page: "policies", askedAt: at(-1) } };
  if (index % 13 === 4)
    return { stuck: "One step failed 4 times", stuckAt: { page: "policies", step: "x" }, stepsFailed: 1 };
  if (index % 11 === 3) return { stuck: "Nothing happened for 14 min" };
  if (index % 9 === 8) return { stepsDone: 9 };
  return index === 20 ? { pausedUntil: at(10) } : {};
}

const PROMPT = "learner@lectern:~$ ";

/** What stands on their screens. */
export function wallScreens(): ScreensEvent {
  const screens = Array.from({ length: SEATS }, (_, index) => {
    const lines = [
      `${PROMPT}kubectl get pods`,
      "NAME                     READY   STATUS             RESTARTS   AGE",
      ...Array.from(
        { length: 2 + (index % 9) },
        (_pod, pod) =>
          `web-7c5ddbdf54-${String(pod)}x2kq   1/1     Running            0          ${String(pod)}m`,
      ),
      `${PROMPT}kubectl describe pod web-7c5ddbdf54-0x2kq | tail -3`,
      '  Normal  Pulled   2m  kubelet  Container image "nginx:1.27" already present',
      PROMPT,
    ];
    return {
      session: `room-${String(index + 1)}`,
      columns: 96,
      count: lines.length,
      lines: lines.map((line, place): [number, string] => [place, line]),
    };
  });
  return { type: "screens", screens, gone: [] };
}
