// What decides how well a text is read: its own looks, and all that lies under it up to the first
// surface that nothing shines through.
() => {
  const THROUGH = /^(transparent|rgba\(.*, 0\))$/;
  const OPAQUE = /^rgb\(/;
  const styles = new Map();
  const style = (node) => {
    if (!styles.has(node)) styles.set(node, getComputedStyle(node));
    return styles.get(node);
  };

  const within = (inner, outer) => {
    const [a, b] = [inner.getBoundingClientRect(), outer.getBoundingClientRect()];
    return a.left >= b.left - 1 && a.right <= b.right + 1
      && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  };

  // Its looks in words; "" where something else may lie under it, so that it is asked each time.
  const looks = (node) => {
    const own = style(node);
    const said = [node.tagName, own.color, own.fontSize, own.fontWeight, own.textShadow];
    let surface = false;
    for (let at = node; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = style(at);
      if (style(at).transform !== "none") return "";
      if (opacity !== "1" || filter !== "none" || mixBlendMode !== "normal") {
        said.push(opacity, filter, mixBlendMode);
      }
      if (surface) continue;
      if (backgroundImage !== "none") return "";
      if (!THROUGH.test(backgroundColor)) said.push(backgroundColor);
      if (OPAQUE.test(backgroundColor)) {
        if (!within(node, at)) return "";
        surface = true;
      } else if (!["static", "relative"].includes(style(at).position)) {
        return "";
      }
    }
    return said.join(" ");
  };

  const speaks = (node) => node.matches("input, select, textarea")
    || [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
  window.texts = new Map();
  for (const node of document.body.querySelectorAll("*")) {
    if (!speaks(node) || !node.checkVisibility()) continue;
    const said = looks(node);
    window.texts.set(said, [...(window.texts.get(said) ?? []), node]);
  }
  return [...window.texts.keys()];
}
