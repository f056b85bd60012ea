/** Drawing on canvases that are sharp on every screen, with the colours of theme.css. */

/**
 * Size a canvas to CSS pixels and return a cleared context in these units.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width CSS pixels
 * @param {number} height CSS pixels
 */
export function prepare(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * The theme's colours as they are now (light or dark), by name without the "--mc-".
 * @param {Element} element
 * @returns {(name: string, opacity?: number) => string}
 */
export function palette(element) {
  const style = getComputedStyle(element);
  return (name, opacity = 1) => {
    const colour = style.getPropertyValue(`--mc-${name}`).trim() || '#888888';
    if (opacity >= 1 || colour.length !== 7) return colour;
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${r}, ${g}, ${b}, ${opacity})`;
  };
}
