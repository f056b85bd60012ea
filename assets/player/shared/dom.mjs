/** Small helpers of the annotator: elements, times, requests. */

/** Make an element: h("button", {class: "x", onclick: f, "aria-label": "y"}, "text", child). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const ICONS = {
  play: 'M7 4.5v15l12-7.5z',
  pause: 'M6 4.5h4v15H6zM14 4.5h4v15h-4z',
  previous: 'M6 5h2.5v14H6zM19 5v14l-9.5-7z',
  next: 'M15.5 5H18v14h-2.5zM5 5v14l9.5-7z',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  undo: 'M9 6 4.5 10.5 9 15M5 10.5h9a5 5 0 0 1 0 10h-3',
  redo: 'M15 6l4.5 4.5L15 15M19 10.5h-9a5 5 0 0 0 0 10h3',
};
const STROKED = new Set(['back', 'undo', 'redo']);

/** An icon of one colour (the text's), hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', STROKED.has(name) ? 'mca-icon mca-stroked' : 'mca-icon');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

const root = (window.gradio_config?.root ?? '').replace(/\/$/, '');

/** A server path below wherever the app is mounted; absolute addresses stay as they are. */
export function url(path) {
  return path.startsWith('/') && !path.startsWith(root + '/') ? root + path : path;
}

/** What went wrong with a request. status 0: the server could not be reached. */
export class RequestError extends Error {
  constructor(status, message, hint = '') {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** GET (no body) or POST JSON; returns the parsed answer or throws a RequestError. */
export async function call(path, body, { keepalive = false, timeout = 15000 } = {}) {
  const options = { credentials: 'same-origin', headers: { Accept: 'application/json' } };
  if (body !== undefined) {
    options.method = 'POST';
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
    options.keepalive = keepalive;
  }
  if (!keepalive) options.signal = AbortSignal.timeout(timeout);
  let response;
  try {
    response = await fetch(url(path), options);
  } catch {
    throw new RequestError(0, 'The server cannot be reached.');
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    const { message, hint } = answer?.error ?? {};
    throw new RequestError(response.status, message ?? `The server answered ${response.status}.`, hint ?? '');
  }
  if (answer === null) throw new RequestError(502, "The server's answer could not be read.");
  return answer;
}

/** A picture out of a thumbnail sprite: the nearest to a time, else one from the first third. */
export function thumbnail(source, width, height, seconds = null, className = '') {
  const box = h('span', { class: 'mca-thumb ' + className, 'aria-hidden': 'true' });
  box.style.width = width + 'px';
  box.style.height = height + 'px';
  if (!source) return box;
  const { columns, count: pictures, times } = source;
  const index = seconds === null ? Math.floor(pictures / 3) : nearest(times, seconds);
  const scale = Math.max(width / source.width, height / source.height);
  const [w, hgt] = [source.width * scale, source.height * scale];
  const rows = Math.ceil(pictures / columns);
  box.style.backgroundImage = `url("${url(source.url)}")`;
  box.style.backgroundSize = `${w * columns}px ${hgt * rows}px`;
  const x = (index % columns) * w + (w - width) / 2;
  const y = Math.floor(index / columns) * hgt + (hgt - height) / 2;
  box.style.backgroundPosition = `${-x}px ${-y}px`;
  return box;
}

function nearest(times, seconds) {
  let best = 0;
  for (let i = 1; i < times.length; i += 1) {
    if (Math.abs(times[i] - seconds) < Math.abs(times[best] - seconds)) best = i;
  }
  return best;
}

/** Preferences of this browser; storage may be forbidden, then defaults hold. */
export function recall(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem('manycut:' + key)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem('manycut:' + key, JSON.stringify(value));
  } catch {
    // private windows: nothing is remembered, nothing else changes
  }
}
