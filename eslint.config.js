import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Modules that only one place may use, and the place. */
const confined = {
  processes: {
    group: ['child_process', 'node:child_process'],
    message: 'Processes are started by src/host/process.ts and src/host/children.ts only.',
  },
  winston: { group: ['winston'], message: 'winston is the concern of src/logging/winston.ts.' },
  koffi: { group: ['koffi'], message: 'libc is opened in src/host/libc/library.ts.' },
};
const confine = (...names) => ({
  'no-restricted-imports': ['error', { patterns: names.map((name) => confined[name]) }],
});

const processGlobals = [
  'console',
  'process',
  'Buffer',
  'URL',
  'AbortSignal',
  'AbortController',
  'TextEncoder',
  'fetch',
];
const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'performance'];
const nodeGlobals = Object.fromEntries([...processGlobals, ...timers].map((name) => [name, 'readonly']));

export default defineConfig([
  globalIgnores([
    'dist*/',
    '.cache/',
    '.tools/',
    'node_modules/',
    '**/generated/',
    '.dependency-cruiser.cjs',
    'vitest.config.ts',
  ]),
  {
    name: 'janus/typescript',
    files: ['src/**/*.ts', 'tests/**/*.ts', 'bench/**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tests/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      // What was caught, and the reason of a signal, is of unknown type and is thrown on as it is.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: false, allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    name: 'janus/src',
    files: ['src/**/*.ts'],
    rules: {
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-lines': ['error', 250],
      'max-params': ['error', 4],
      'no-console': 'error',
      ...confine('processes', 'winston', 'koffi'),
    },
  },
  { name: 'janus/processes', files: ['src/host/{process,children}.ts'], rules: confine('winston', 'koffi') },
  {
    name: 'janus/libc',
    files: ['src/host/libc/library.ts'],
    rules: {
      ...confine('processes', 'winston'),
      // koffi's functions return any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  { name: 'janus/winston', files: ['src/logging/winston.ts'], rules: confine('processes', 'koffi') },
  {
    name: 'janus/tests',
    files: ['tests/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Matchers of vitest and parsed JSON are typed any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name=/^(test|it|describe)$/][property.name='only']",
          message: 'A test that runs alone hides the others.',
        },
      ],
    },
  },
  {
    name: 'janus/scripts',
    files: ['scripts/**/*.mjs', 'tests/**/*.mjs', '*.js'],
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: nodeGlobals },
    rules: { eqeqeq: 'error', 'no-undef': 'error', 'no-unused-vars': 'error', complexity: ['error', 12] },
  },
]);
