// The three names every part of the page is written with: markup, hooks and the screen's portal.
import htm from "htm";
import { h } from "preact";

export { createPortal, render } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

export const html = htm.bind(h);
