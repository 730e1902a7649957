import { expect, it } from "vitest";
import { notesText } from "./notes.js";

const lab = {
  title: "Pods",
  pages: [
    { name: "one", title: "First" },
    { name: "two", title: "Second" },
  ],
};

it("are one text in the order of the pages, those of pages that are gone at its end", () => {
  const notes = [
    { page: "gone", text: "old", version: 3 },
    { page: "two", text: "- b\n\n", version: 1 },
    { page: "one", text: "a", version: 2 },
  ];
  expect(notesText(lab, notes)).toBe(
    "# Notes on Pods\n\n## First\n\na\n\n## Second\n\n- b\n\n## gone\n\nold\n",
  );
});

it("are no text where nothing is written", () => {
  expect(notesText(lab, [{ page: "one", text: " \n", version: 4 }])).toBe("");
});
