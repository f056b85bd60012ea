/** The one way to make elements. Text is always text: nothing here reads HTML. */

/**
 * What is null, undefined or false is left out, lists are gone through.
 * @typedef {Node|string|number|null|undefined|false|any[]} Child
 */

/**
 * Make an element: h('button', {class: 'x', onclick: f, 'aria-label': 'y', disabled: true}, 'text', child).
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes] on… are listeners; true is an attribute without a value; what is false, null
 *   or undefined is left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  return dressed(document.createElement(tag), attributes, children);
}

/**
 * The same for pictures: svg('svg', {viewBox: '0 0 24 24'}, svg('path', {d: 'M0 0h8'})).
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  return dressed(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** Put these children in the place of those that an element has. @param {Element} element @param {...Child} children */
export function replace(element, ...children) {
  element.replaceChildren(...present(children));
}

function dressed(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...present(children));
  return element;
}

/** @param {any[]} children @returns {(Node|string)[]} */
function present(children) {
  return children.flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
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

/** An icon of one colour (the text's), hidden from screen readers. @param {keyof ICONS} name */
export function icon(name) {
  const attributes = { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: STROKED.has(name) ? 'mc-icon mc-stroked' : 'mc-icon' };
  return svg('svg', attributes, svg('path', { d: ICONS[name] }));
}

/**
 * A page's style sheets, each once; resolves when they are there or could not be had.
 * @param {string} module import.meta.url of the module that they lie beside
 * @param {...string} names
 * @returns {Promise<any>}
 */
export function stylesheets(module, ...names) {
  return Promise.all(names.map((name) => {
    if (document.querySelector(`link[data-mc="${name}"]`)) return null;
    const link = h('link', { rel: 'stylesheet', 'data-mc': name, href: new URL(name, module).href });
    document.head.append(link);
    return new Promise((resolve) => (link.onload = link.onerror = resolve));
  }));
}
