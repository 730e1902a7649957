import { expect, it } from "vitest";
import type { PageNotes } from "../../../common/notes.js";
import { ApiError } from "../../errors.js";
import { NotesDraft, type NotesStore } from "./notes-draft.js";

/** What a server keeps of one page, for several tabs. */
class Kept implements NotesStore {
  notes: PageNotes = { page: "one", text: "", version: 0 };
  isAway = false;
  isOver = false;
  /** Saves, and the answer gets lost. */
  isLosing = false;
  saves = 0;

  save({ text, version }: PageNotes): Promise<{ version: number }> {
    this.saves += 1;
    if (this.isAway) return Promise.reject(new Error("no answer"));
    if (this.isOver)
      return Promise.reject(new ApiError("SESSION_NOT_ACTIVE", "it has ended", { status: 409 }));
    if (version !== this.notes.version)
      return Promise.reject(new ApiError("SESSION_NOTES_CHANGED", "changed", { status: 409 }));
    this.notes = { page: "one", text, version: version + 1 };
    if (this.isLosing) return Promise.reject(new Error("no answer"));
    return Promise.resolve({ version: version + 1 });
  }

  read(): Promise<PageNotes> {
    return Promise.resolve(this.notes);
  }
}

it("are saved as they are typed last, one after the other", async () => {
  const kept = new Kept();
  const draft = new NotesDraft(kept, kept.notes);
  draft.type("a");
  const first = draft.flush();
  draft.type("ab");
  await first;
  expect([kept.notes.text, draft.shown()]).toEqual(["a", { text: "ab", state: { is: "waiting" } }]);
  await draft.flush();
  expect([kept.notes, draft.shown().state]).toEqual([
    { page: "one", text: "ab", version: 2 },
    { is: "saved" },
  ]);
});

it("of two tabs lose nothing: the second chooses, and what it chooses is saved over both", async () => {
  const kept = new Kept();
  const [one, other] = [new NotesDraft(kept, kept.notes), new NotesDraft(kept, kept.notes)];
  one.type("from one");
  await one.flush();
  other.type("from the other");
  await other.flush();
  expect(kept.notes.text).toBe("from one");
  expect(other.shown()).toEqual({ text: "from the other", state: { is: "changed", theirs: "from one" } });
  other.type("from the other!");
  await other.flush();
  expect(kept.notes.text).toBe("from one");
  other.choose("from one\nfrom the other!");
  await other.flush();
  expect(kept.notes).toEqual({ page: "one", text: "from one\nfrom the other!", version: 2 });
  one.hear(kept.notes);
  expect(one.shown()).toEqual({ text: kept.notes.text, state: { is: "saved" } });
});

it("need no save where what is typed is what is saved again, or the other version is chosen", async () => {
  const kept = new Kept();
  const [one, other] = [new NotesDraft(kept, kept.notes), new NotesDraft(kept, kept.notes)];
  one.type("a");
  one.type("");
  await one.flush();
  expect([kept.notes.version, one.shown().state]).toEqual([0, { is: "saved" }]);
  one.type("theirs");
  await one.flush();
  other.type("mine");
  await other.flush();
  other.choose("theirs");
  await other.flush();
  expect([kept.notes.version, other.shown()]).toEqual([1, { text: "theirs", state: { is: "saved" } }]);
});

it("take in what another tab saved only where nothing is typed here", async () => {
  const kept = new Kept();
  const draft = new NotesDraft(kept, kept.notes);
  draft.type("mine");
  draft.hear({ page: "one", text: "theirs", version: 1 });
  expect(draft.shown().text).toBe("mine");
  await draft.flush();
  expect(draft.shown().state).toEqual({ is: "saved" });
});

it("stay in the page where the server does not answer, and are saved when it does", async () => {
  const kept = new Kept();
  const draft = new NotesDraft(kept, kept.notes);
  kept.isAway = true;
  draft.type("kept");
  await draft.flush();
  expect(draft.shown()).toEqual({ text: "kept", state: { is: "failed", problem: "no answer" } });
  kept.isAway = false;
  await draft.flush();
  expect([kept.notes.text, draft.shown().state]).toEqual(["kept", { is: "saved" }]);
});

it("are not another tab's where only the answer to their save was lost", async () => {
  const kept = new Kept();
  const draft = new NotesDraft(kept, kept.notes);
  kept.isLosing = true;
  draft.type("a");
  await draft.flush();
  expect(draft.shown().state.is).toBe("failed");
  kept.isLosing = false;
  draft.type("ab");
  await draft.flush();
  await draft.flush();
  expect([kept.notes.text, draft.shown()]).toEqual(["ab", { text: "ab", state: { is: "saved" } }]);
});

it("are saved once where several wait for the save before", async () => {
  const kept = new Kept();
  const draft = new NotesDraft(kept, kept.notes);
  draft.type("a");
  const first = draft.flush();
  draft.type("ab");
  await Promise.all([first, draft.flush(), draft.flush(), draft.flush()]);
  expect([kept.notes.text, kept.saves, draft.isUnsaved]).toEqual(["ab", 2, false]);
});

it("of a session that is over are not saved, and no other tab is blamed", async () => {
  const kept = new Kept();
  const draft = new NotesDraft(kept, kept.notes);
  kept.isOver = true;
  draft.type("late");
  await draft.flush();
  expect(draft.shown().state).toEqual({ is: "refused", problem: "it has ended" });
  expect(draft.isUnsaved).toBe(false);
});
