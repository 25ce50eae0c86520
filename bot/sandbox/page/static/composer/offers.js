// The slash commands of a place: each sub-command stands by itself, named as it is typed.
import { closest } from "./closest.js";

const CHAT = 1;
const NESTING = [1, 2];

// Each is {name, description, options, root}: "rules limit put" of the command "rules".
export function leavesOf(offered) {
  const commands = offered.filter((each) => each.type === CHAT);
  const leaves = commands.flatMap((each) => below(each, each.name, each));
  return leaves.sort((a, b) => a.name.localeCompare(b.name));
}

function below(node, name, root) {
  const options = node.options ?? [];
  const inner = options.filter((each) => NESTING.includes(each.type));
  if (inner.length === 0) return [{ name, description: node.description, options, root }];
  return inner.flatMap((each) => below(each, `${name} ${each.name}`, root));
}

// The commands for what was typed behind the slash; all of them for nothing.
export const leavesFor = (leaves, typed) => closest(leaves, typed, (each) => [each.name]);
