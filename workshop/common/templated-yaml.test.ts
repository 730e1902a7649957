import { describe, expect, it } from "vitest";
import { withoutTemplate } from "./templated-yaml.js";

describe("YAML that another program fills in", () => {
  it.each([
    ["plain text is none", "a: 1", undefined],
    ["a value is nothing", "a: {{ .Values.a }}\nb: 2", "a:\nb: 2"],
    ["a value in part is nothing", 'a: "x/{{ trim "/" .y }}"\n- {{ .z }}', "a:\n"],
    ["an item's key stays", "- name: {{ .x }}\n  value: 1", "- name:\n  value: 1"],
    [
      "a condition has its first branch, lines staying where they are",
      "a:\n{{- if .x }}\n- 1\n{{- if .y }}\n- 2\n{{- else if .z }}\n- 3\n{{- end }}\n{{ else }}\n- 4\n{{ end -}}\n- 5",
      "a:\n\n- 1\n\n- 2\n\n\n\n\n\n\n- 5",
    ],
    ["what a template defines is not in its place", '{{ define "x" }}\na: 1\n{{ end }}\nb: 2', "\n\n\nb: 2"],
    [
      "what begins and ends on one line is over with it",
      '{{ define "x" }}a{{ end }}\n{{- define "y" -}}{{ if .z }}a{{ else }}b{{ end }}{{- end }}\na: {{ if .x }}1{{ else }}2{{ end }}\n' +
        "{{ with .x }}{{ range .y }}- a{{ end }}{{ end }}\nb: 2",
      "\n\na:\n\nb: 2",
    ],
    [
      "several on one line are as many",
      'a: 1\n{{ define "x" }}{{ if .y }}\nb: 1\n{{ end }}{{ end }}\nc: 1\n{{ if .x }}\nd: 1\n{{ else }}\nd: 2\n{{ end }}{{ if .y }}\ne: 1\n{{ end }}',
      "a: 1\n\n\n\nc: 1\n\nd: 1\n\n\n\ne: 1\n",
    ],
    [
      "comments are nothing, whatever they hold",
      'a: 1 {{/* {{ define "x" }} */}}\n{{- /*\nWords: {{ if .x }}\n*/ -}}\nb: 2',
      "a: 1 \n\n\n\nb: 2",
    ],
    ["an end of nothing is none", "{{ end }}\na: 1", "\na: 1"],
    ["what is included is left out", '{{- include "labels" . | nindent 4 }}\na: 1', "\na: 1"],
  ])("%s", (_claim, text, plain) => {
    expect(withoutTemplate(text)).toBe(plain);
  });

  it.each([
    ["conditions", "{{ if }}".repeat(30_000)],
    ["comments", "{{/*".repeat(60_000)],
    ["lines", "{{ else }}{{ if }}\n".repeat(14_000)],
  ])("is read in one go, whatever it holds: %s", (_what, text) => {
    expect(withoutTemplate(text)).toHaveLength(text.split("\n").length - 1);
  });
});
