/** The picker's frame as HTML, its choices, and the lines it shows where there is nothing to list. */

import { escape } from '../shared/format.mjs';

const ANY = '';
export const FILTERS = {
  dataset: { name: 'Dataset', options: [[ANY, 'All datasets']] },
  category: { name: 'Category', options: [[ANY, 'All categories']] },
  video: { name: 'Video', options: [[ANY, 'Video or not'], ['yes', 'With video'], ['no', 'Without video']] },
  people: { name: 'People', options: [[ANY, 'Judged or not'], ['yes', 'Judged by people'], ['no', 'Judged by nobody']] },
  disputed: {
    name: 'Disagreement',
    hint: 'Disagreement: how far the scores of an entry’s people are apart. Most disputed and most agreed are a quarter each of the entries that two people or more have judged.',
    options: [[ANY, 'Any disagreement'], ['most', 'Most disputed'], ['least', 'Most agreed']],
  },
};
export const SORTS = [
  ['library', 'Library order'],
  ['title', 'Title, A to Z'], ['-title', 'Title, Z to A'],
  ['duration', 'Shortest first'], ['-duration', 'Longest first'],
  ['-people', 'Most people first'], ['people', 'Fewest people first'],
  ['-disagreement', 'Most disputed first'], ['disagreement', 'Most agreed first'],
];
/** Column -> the two orders that clicks on its head go through. */
export const COLUMNS = {
  title: ['title', '-title', 'Title'],
  duration: ['-duration', 'duration', 'Length'],
  people: ['-people', 'people', 'People'],
  disagreement: ['-disagreement', 'disagreement', 'Disagreement'],
};

export function optionsMarkup(options, chosen) {
  return options
    .map(([value, text]) => `<option value="${escape(value)}"${value === chosen ? ' selected' : ''}>${escape(text)}</option>`)
    .join('');
}

function select(name, { name: label, hint = '', options }) {
  return `<select data-filter="${name}" aria-label="${label}" title="${escape(hint || label)}">${optionsMarkup(options)}</select>`;
}

const ICON = {
  down: '<svg viewBox="0 0 10 6" width="10" height="6" aria-hidden="true"><path d="M1 1l4 4 4-4"/></svg>',
  back: '<svg viewBox="0 0 6 10" width="6" height="10" aria-hidden="true"><path d="M5 1L1 5l4 4"/></svg>',
  on: '<svg viewBox="0 0 6 10" width="6" height="10" aria-hidden="true"><path d="M1 1l4 4-4 4"/></svg>',
  find: '<svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><circle cx="6" cy="6" r="4.2"/><path d="M9.2 9.2L13 13"/></svg>',
};

export const FRAME = `
<div class="mc-pickbar">
  <button type="button" data-node="button" class="mc-pick-button" aria-haspopup="dialog" aria-expanded="false" aria-controls="mc-picker-panel"
    title="Choose an entry ( / or Ctrl+K )"><span data-node="current">Opening …</span>${ICON.down}</button>
  <button type="button" data-step="-1" aria-label="Previous entry" title="Previous entry (Alt+↑)" disabled>${ICON.back}</button>
  <button type="button" data-step="1" aria-label="Next entry" title="Next entry (Alt+↓)" disabled>${ICON.on}</button>
  <button type="button" data-node="within" class="mc-pick-within" hidden></button>
</div>
<div data-node="panel" id="mc-picker-panel" class="mc-picker" role="dialog" aria-label="Choose an entry" tabindex="-1" hidden>
  <div class="mc-picker-search">${ICON.find}
    <input data-node="search" type="text" role="combobox" aria-label="Search entries" aria-expanded="true" aria-controls="mc-picker-list"
      aria-autocomplete="list" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" placeholder="Search title, key, dataset or category">
    <button type="button" data-node="close" aria-label="Close" title="Close (Esc)"></button>
  </div>
  <div class="mc-picker-filters">
    ${Object.entries(FILTERS).map(([name, filter]) => select(name, filter)).join('')}
  </div>
  <div class="mc-picker-facts"><span data-node="count" role="status"></span>
    <button type="button" data-node="clear" hidden>Clear search and filters</button>
    <label>Order <select data-filter="sort" aria-label="Order">${optionsMarkup(SORTS)}</select></label></div>
  <div class="mc-picker-head">
    ${Object.entries(COLUMNS).map(([column, [, , text]]) => `<button type="button" tabindex="-1" data-column="${column}">${text}</button>`).join('')}
  </div>
  <div class="mc-picker-body">
    <div data-node="scroll" class="mc-picker-scroll" tabindex="-1"><div data-node="list" id="mc-picker-list" role="listbox" aria-label="Entries"></div></div>
    <div data-node="note" class="mc-picker-note" role="status" hidden></div>
  </div>
  <div class="mc-picker-keys" aria-hidden="true"><span><kbd>↑</kbd><kbd>↓</kbd> move</span><span><kbd>Enter</kbd> open</span><span><kbd>Esc</kbd> close</span>
    <span><kbd>/</kbd> opens this list</span><span><kbd>Alt</kbd><kbd>↑</kbd><kbd>↓</kbd> previous, next entry</span></div>
</div>`;

/** Nothing matches, nothing is there, or nothing answers: one sentence, and what can be done. */
export const NOTES = {
  none: (search) => `<b>${search ? `No entry matches “${escape(search)}”` : 'No entry passes these filters'}</b>` +
    '<p>All words must occur in the title, key, dataset or category, within the filters above.</p><button type="button" data-clear>Clear search and filters</button>',
  empty: (root) => `<b>The library is empty</b><p>Import a dataset or add a video; it then appears here.</p><a href="${escape(root)}/library">Go to the Library page</a>`,
  failed: (message) => `<b>${escape(message)}</b><p>What you typed is kept. It is tried again by itself.</p><button type="button" data-retry>Try again now</button>`,
};
