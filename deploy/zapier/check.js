// Holds the app's definition against Zapier's own schema: node check.js FOLDER, where FOLDER/node_modules has zapier-platform-schema.
// Prints what is wrong, and a line of JSON with what is in it.
'use strict';

const path = require('path');
const schema = require(path.join(process.argv[2], 'node_modules', 'zapier-platform-schema'));
const app = require('./index.js');

// As Zapier's own tools do: a function travels as its number of arguments, and a mark whether it takes a callback.
const plain = (value) => {
  if (typeof value === 'function') return `$func$${value.length}$f$`;
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
};

const { errors } = schema.validateAppDefinition(plain(app));
for (const error of errors) console.error(`${error.property} ${error.message}`);
const keys = (part) => Object.keys(app[part]).sort();
console.log(JSON.stringify({ triggers: keys('triggers'), creates: keys('creates'), errors: errors.length }));
process.exitCode = errors.length ? 1 : 0;
