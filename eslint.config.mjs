import globals from 'globals';
import js from '@eslint/js';

/** What is checked. */
const FILES = ['assets/player/**/*.mjs'];

export default [
  { ...js.configs.recommended, files: FILES },
  {
    files: FILES,
    languageOptions: { ecmaVersion: 2025, sourceType: 'module', globals: { ...globals.browser, WorkerGlobalScope: 'readonly' } },
    rules: {
      complexity: ['error', 15],
      'max-len': ['error', { code: 140 }],
      // NaN is the only value that is not itself: how the player's arrays say "not judged".
      'no-self-compare': 'off',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
];
