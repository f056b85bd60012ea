/** plotly.js of this app, loaded once. It is kept by reference: Gradio may bring another one into the window. */

import { HttpError, url } from './http.mjs';
import { h } from './dom.mjs';

export const PLOTLY = '/vendor/plotly.min.js';
let plotly = null;

/** @returns {Promise<any>} @throws {HttpError} */
export function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const done = () => resolve(/** @type {any} */ (window).Plotly);
    const failed = () => {
      plotly = null;
      reject(new HttpError('The chart library could not be loaded.', { hint: 'Reload the page.', code: 'plotly' }));
    };
    document.head.append(h('script', { src: url(PLOTLY), onload: done, onerror: failed }));
  });
  return plotly;
}
