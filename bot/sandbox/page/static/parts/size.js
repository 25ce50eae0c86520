// How large a file is, in words.
const UNITS = ["bytes", "KB", "MB", "GB"];

export function size(bytes) {
  const step = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step ? 2 : 0)} ${UNITS[step]}`;
}
