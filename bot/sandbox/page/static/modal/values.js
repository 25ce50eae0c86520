// What stands in a modal's inputs: at first, whether it can be sent, and how it is told.
import { encoded } from "../api.js";
import { choicesOf, defaultsOf, told } from "../components/choices.js";

const ROW = 1;
export const TEXT = 4;
const LABEL = 18;
export const FILES = 19;
export const RADIO = 21;
export const BOXES = 22;
export const BOX = 23;
const LONGEST = 4000;

// Each input, {label, description, component}; rows of old hold an input that has its label itself.
export function inputsIn(entry) {
  if (entry.type === LABEL) return [entry];
  return entry.type === ROW ? entry.components.map((each) => ({ label: each.label, component: each })) : [];
}
export const inputsOf = (modal) => modal.components.flatMap(inputsIn);
const components = (modal) => inputsOf(modal).map(({ component }) => component);

export const initialOf = (modal) => Object.fromEntries(components(modal).map((each) => [each.custom_id, initial(each)]));

function initial(component) {
  if (component.type === TEXT) return component.value ?? "";
  if (component.type === BOX) return Boolean(component.default);
  if (component.type === FILES) return [];
  if (component.type === BOXES || component.type === RADIO) {
    const chosen = component.options.filter((each) => each.default).map((each) => each.value);
    return component.type === BOXES ? chosen : chosen[0] ?? null;
  }
  const there = new Set(choicesOf(component).map((each) => each.value));
  return defaultsOf(component).filter((each) => there.has(each));
}

// By custom id, a sentence on what cannot be sent as it is.
export function faultsOf(modal, values) {
  const found = components(modal).map((each) => [each.custom_id, fault(each, values[each.custom_id])]);
  return Object.fromEntries(found.filter(([, sentence]) => sentence !== null));
}

function fault(component, value) {
  if (component.type === BOX) return null;
  if (value === null || value.length === 0) return required(component) ? MISSING[component.type] ?? "Choose something." : null;
  if (component.type === RADIO) return null;
  return component.type === TEXT ? tooLong(component, value) : tooMany(component, value);
}

const MISSING = { [TEXT]: "Fill this in.", [FILES]: "Choose a file." };
export const required = (component) => component.type !== BOX && (component.required ?? true);

function tooLong(component, value) {
  const length = count(value);
  const { min_length: least = 0, max_length: most = LONGEST } = component;
  if (length < least) return `At least ${least} characters; there are ${length}.`;
  return length > most ? `At most ${most} characters; there are ${length}.` : null;
}

function tooMany(component, value) {
  const { least, most } = boundsOf(component);
  const things = component.type === FILES ? "file" : "choice";
  const some = (number) => `${number} ${things}${number === 1 ? "" : "s"}`;
  if (value.length < least) return `At least ${some(least)}; there ${value.length === 1 ? "is" : "are"} ${value.length}.`;
  return value.length > most ? `At most ${some(most)}; there are ${value.length}.` : null;
}

export function boundsOf(component) {
  const all = component.type === BOXES ? component.options.length : 1;
  return { least: component.min_values ?? 1, most: component.max_values ?? all };
}

// Characters as the sandbox counts them.
export const count = (text) => [...text].length;
export const mostOf = (component) => component.max_length ?? LONGEST;

// The values as the sandbox takes them.
export async function toldOf(modal, values) {
  const pairs = components(modal).map(async (each) => [each.custom_id, await one(each, values[each.custom_id])]);
  return Object.fromEntries(await Promise.all(pairs));
}

function one(component, value) {
  if ([TEXT, RADIO, BOX, BOXES].includes(component.type)) return value;
  if (component.type === FILES) return Promise.all(value.map(encoded));
  return value.map((key) => told(component, key));
}
