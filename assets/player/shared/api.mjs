/** Talking to the server: addresses under the root, and errors that carry a sentence for the person. */

import { parseSeries } from '../compare/series.mjs';

/** What went wrong, said to the person. `offline` is true when no answer came at all. */
export class ApiError extends Error {
  constructor(message, { hint = '', code = 'error', offline = false } = {}) {
    super(message);
    this.hint = hint;
    this.code = code;
    this.offline = offline;
  }
}

export class Api {
  /** @param {string} base root of the app without a trailing slash, "" at the top of a host */
  constructor(base) {
    this.base = base;
  }

  /** A path of ours as an address under the root; addresses that have it already stay as they are. */
  url(path) {
    if (/^[a-z]+:/i.test(path) || (this.base && path.startsWith(this.base + '/'))) return path;
    return this.base + (path.startsWith('/') ? path : '/' + path);
  }

  async request(path, options = {}) {
    let response;
    try {
      response = await fetch(this.url(path), { credentials: 'same-origin', ...options });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new ApiError('The server does not answer.', { offline: true, code: 'offline' });
    }
    if (response.ok) return response;
    const body = await response.json().catch(() => null);
    const said = body?.error;
    throw new ApiError(said?.message || `The server answered ${response.status} to ${path.split('?')[0]}.`, {
      hint: said?.hint || '',
      code: said?.code || String(response.status),
    });
  }

  async json(path, options) {
    return (await this.request(path, options)).json();
  }

  post(path, body) {
    return this.send('POST', path, body);
  }

  put(path, body) {
    return this.send('PUT', path, body);
  }

  send(method, path, body) {
    return this.json(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  entry(id, signal) {
    return this.json(`/api/entry?id=${encodeURIComponent(id)}`, { signal });
  }

  numbers(id, signal) {
    return this.json(`/api/numbers?id=${encodeURIComponent(id)}`, { signal });
  }

  async series(id, signal) {
    const response = await this.request(`/api/series?id=${encodeURIComponent(id)}`, { signal });
    return parseSeries(await response.arrayBuffer());
  }
}

let plotly = null;

/** plotly.js of this app, loaded once. It is kept by reference: Gradio may bring another one into the window. */
export function loadPlotly(api) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = api.url('/vendor/plotly.min.js');
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotly = null;
      reject(new ApiError('The chart library could not be loaded.', { hint: 'Reload the page.', code: 'plotly' }));
    };
    document.head.append(script);
  });
  return plotly;
}
