import { expect, it } from "vitest";
import { slidesPlace } from "./slides.js";

const variables = {
  session_name: "lab-1",
  session_url: "http://localhost:8080/s/lab-1",
  session_hostname: "localhost:8080",
  ingress_protocol: "http",
  ingress_domain: "labs.example",
};

it.each([
  ["/slides", ""],
  ["/slides/", ""],
  ["/slides/#/2", "#/2"],
  ["/slides#/questions", "#/questions"],
  ["/slides/more.html?print-pdf", "more.html?print-pdf"],
  ["http://localhost:8080/slides/#/2/1", "#/2/1"],
  ["http://localhost:8080/s/lab-1/slides/", ""],
  ["http://lab-1.labs.example/slides/#/2", "#/2"],
])("%s is the place %s of the session's slides", (address, place) => {
  expect(slidesPlace(address, variables)).toBe(place);
});

it.each([
  "/slideshow/",
  "slides/",
  "https://elsewhere.example/slides/",
  "http://localhost:8080/s/lab-2/slides/",
  "//elsewhere.example/slides/",
])("%s is none", (address) => {
  expect(slidesPlace(address, variables)).toBeUndefined();
});
