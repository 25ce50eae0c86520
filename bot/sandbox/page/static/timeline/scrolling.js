// Where the timeline stands: at the present, which it then follows, or at a place that it keeps.
import { Refusal } from "../api.js";
import { useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { older } from "../live.js";
import { isLater, read } from "../store.js";

const NEAR = 40;      // pixels from the end that still count as being there
const AHEAD = 1500;   // pixels before the beginning at which older messages are asked for

// {onScroll, away: whether the present is out of sight, arrived: how many came since, toPresent}.
export function useScrolling(scroller, { place, me, messages }) {
  const state = useRef({ following: true, top: 0, loading: false, oldest: null, newest: null, held: null }).current;
  const [seen, setSeen] = useState(null);
  const toPresent = () => {
    state.following = true;
    setSeen(null);
    toEnd(scroller.current);
  };
  // The last turn of the wheel may be told when one has already gone elsewhere.
  const onScroll = () => {
    if (scroller.current === null) return;
    follow(state, scroller.current);
    setSeen(state.following ? null : (before) => before ?? state.newest);
    load(state, scroller.current, place);
  };
  const oldest = messages[0]?.id ?? null;
  if (oldest !== state.oldest && scroller.current) state.held = hold(scroller.current);
  useLayoutEffect(() => {
    if (isOwn(messages.at(-1), state.newest, me)) toPresent();
    Object.assign(state, { oldest, newest: messages.at(-1)?.id ?? null });
    if (state.following) toEnd(scroller.current);
    else if (state.held) keep(scroller.current, state.held);
    state.held = null;
  }, [messages]);
  useEffect(() => {
    if (scroller.current) load(state, scroller.current, place);
  }, [messages]);
  useLayoutEffect(() => watch(scroller.current, (box) => settle(state, box)), []);
  const arrived = seen === null ? 0 : messages.filter((each) => isLater(each.id, seen)).length;
  return { onScroll, away: seen !== null, arrived, toPresent };
}

// A change of size may still be told when one has gone elsewhere and the box is no more.
const toEnd = (box) => { if (box) box.scrollTop = box.scrollHeight; };

// One leaves the present by scrolling up, not by what grows above or below.
function follow(state, box) {
  const left = box.scrollHeight - box.clientHeight - box.scrollTop;
  if (left < NEAR) state.following = true;
  else if (box.scrollTop < state.top) state.following = false;
  state.top = box.scrollTop;
}

// What a member did is followed, wherever they read before.
const isOwn = (message, newest, me) =>
  message !== undefined && newest !== null && isLater(message.id, newest)
  && (message.author.id === me || message.interaction_metadata?.user.id === me);

// Messages change their height as they come into sight, and that may be told before that one went up to them.
function settle(state, box) {
  if (box.clientHeight > 0) follow(state, box);
  if (state.following) toEnd(box);
}

async function load(state, box, place) {
  const { messages, complete } = read();
  if (state.loading || complete[place] || !messages[place]?.length || box.scrollTop > AHEAD) return;
  state.loading = true;
  try {
    await older(place);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  } finally {
    state.loading = false;
  }
}

// A message in sight and where it stands; not the oldest, which may lose its name to one above it.
function hold(box) {
  const edge = box.getBoundingClientRect().top;
  const [, ...rest] = box.querySelectorAll(".message");
  const found = rest.find((each) => each.getBoundingClientRect().bottom > edge);
  return found ? { found, top: found.getBoundingClientRect().top } : null;
}

function keep(box, { found, top }) {
  if (found.isConnected) box.scrollTop += found.getBoundingClientRect().top - top;
}

// The window and what is in it may both become taller or shorter.
function watch(box, changed) {
  const observer = new ResizeObserver(() => changed(box));
  observer.observe(box);
  observer.observe(box.firstElementChild);
  return () => observer.disconnect();
}
