// What can be chosen for an option: from its choices, from the place, or from what the bot offers.
import { Refusal, act } from "../api.js";
import { useEffect, useState } from "../html.js";
import { read } from "../store.js";
import { closest } from "./closest.js";
import { channels, members, roles } from "./people.js";
import { Type } from "./values.js";

const PAUSE = 250;
const MOST = 50;
const NONE = { state: "none", offers: [] };

const TRUTHS = [{ name: "True", value: true }, { name: "False", value: false }];
const offer = (each) => ({ text: each.name, key: `${typeof each.value}:${each.value}`, value: each.value });

// All that an option can hold, where that is known without the bot.
export function offersOf(option) {
  if (option.choices?.length) return option.choices.map(offer);
  if (option.type === Type.BOOLEAN) return TRUTHS.map(offer);
  if (option.type === Type.USER) return members();
  if (option.type === Type.ROLE) return roles();
  if (option.type === Type.CHANNEL) return channels(option.channel_types);
  if (option.type === Type.MENTIONABLE) return [...members(), ...roles()];
  return null;
}

export const hasList = (option) => Boolean(option?.autocomplete) || offersOf(option) !== null;

// {state: "none" | "loading" | "failed" | "ready", offers} for the option in which `entry` stands.
export function useSuggestions({ leaf, option, entry, others, open }) {
  const asks = open && Boolean(option?.autocomplete);
  const question = asks && { name: leaf.name, focused: option.name, value: entry.text, options: others };
  const told = useAutocomplete(question || null);
  if (asks) return told;
  const all = open && option ? offersOf(option) : null;
  if (all === null) return NONE;
  const typed = entry.value === undefined ? entry.text : "";
  const found = closest(all, typed.replace(/^[@#]/, ""), (each) => [each.text, each.also]);
  return { state: "ready", offers: found.slice(0, MOST) };
}

// Asks the bot once nothing was typed for a while; an answer to an older question is not looked at.
function useAutocomplete(question) {
  const [told, setTold] = useState({ key: null });
  const key = question && JSON.stringify(question);
  useEffect(() => {
    if (key === null) {
      setTold({ key });
      return undefined;
    }
    let current = true;
    const timer = setTimeout(async () => {
      const answer = await ask(JSON.parse(key));
      if (current) setTold({ key, answer });
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key]);
  return told.key === key && told.answer ? told.answer : { state: "loading", offers: [] };
}

async function ask(question) {
  const { me, place } = read();
  try {
    const choices = await act(me, place, { do: "autocomplete", ...question });
    return { state: "ready", offers: choices.map(offer) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { state: "failed", offers: [], reason: error.status === 504 ? "the bot did not answer" : error.message };
  }
}
