// The words on a page that stand out from what is behind them by less than `least`: WCAG's contrast.
(least) => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const paint = (colour, opacity = 1) => {
    brush.globalAlpha = opacity;
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
  };
  const colour = () => [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map((each) => each / 255);
  const light = () => {
    const linear = colour().map((each) => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4);
    return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2];
  };
  const upwards = (element) => {
    const found = [];
    for (let at = element; at; at = at.parentElement) found.unshift(getComputedStyle(at));
    return found;
  };
  const found = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const element = words.currentNode.parentElement, text = words.currentNode.textContent.trim();
    const look = getComputedStyle(element);
    const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!text || !shown || look.clipPath !== "none" || element.closest(":disabled, .unseen, script, style")) continue;
    const looks = upwards(element);
    for (const each of looks) paint(each.backgroundColor);
    const ground = light();
    paint(look.color, looks.reduce((product, each) => product * each.opacity, 1));
    const [low, high] = [ground, light()].sort((a, b) => a - b);
    const contrast = (high + .05) / (low + .05);
    if (contrast < least) found.push(`${contrast.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  return found;
}
