// Those whose words begin with what was typed, then those that have it somewhere.
export function closest(all, typed, wordsOf) {
  const sought = typed.trim().toLowerCase();
  if (!sought) return all;
  const rank = (each) => {
    const words = wordsOf(each).filter(Boolean).map((word) => word.toLowerCase());
    if (words.some((word) => word.startsWith(sought))) return 0;
    return words.some((word) => word.includes(sought)) ? 1 : 2;
  };
  const ranked = all.map((each) => [rank(each), each]).filter(([place]) => place < 2);
  return ranked.sort(([a], [b]) => a - b).map(([, each]) => each);
}
