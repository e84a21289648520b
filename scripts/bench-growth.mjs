// The growth part of `make bench`: node scripts/bench-growth.mjs SERVER FOLDER DATABASE_URL
// What each page takes with the demo company's few posts and with GROWTH_N (1,000,000) published ones beside them, over
// 700 days: medians of one reader, whole answers. Fails when a page takes more than 50 ms with all of them, a search more
// than 100 ms.
import { spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.mjs';

const [program, folder, database] = process.argv.slice(2);
const N = Number(process.env.GROWTH_N ?? 1_000_000);
const DAYS = Number(process.env.GROWTH_DAYS ?? 700);
const TIMES = 21;
const PAGE_MS = 50;
const SEARCH_MS = 100;

/** The rows of the last query. */
function query(sql) {
  const done = spawnSync('node', [fileURLToPath(new URL('pg.mjs', import.meta.url)), database, '--rows', '-c', sql], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

const address = `127.0.0.1:${await freePort()}`;
const origin = `http://${address}`;
const log = openSync(path.join(folder, 'growth.log'), 'a');
const server = spawn(program, ['serve'], {
  stdio: ['ignore', log, log],
  env: { ...process.env, DATABASE_URL: database, LUX_ADDR: address, LUX_PUBLIC_URL: origin, LUX_DATA_DIR: path.join(folder, 'growth'), LUX_SANDBOX: '1', LUX_SANDBOX_ADDR: `127.0.0.1:${await freePort()}`, LUX_LOG: 'warn' },
});
process.on('exit', () => server.kill('SIGKILL'));
const began = performance.now();
while (!(await fetch(`${origin}/readyz`).then((r) => r.ok, () => false))) {
  if (server.exitCode !== null || performance.now() - began > 60_000) {
    console.error(readFileSync(path.join(folder, 'growth.log'), 'utf8').split('\n').slice(-20).join('\n'));
    console.error('lux: the server to measure did not start: see above.');
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const signIn = await fetch(`${origin}/rpc/lux/features/identity/accounts/calls/sign_in`, {
  method: 'POST',
  headers: { accept: 'application/json', origin },
  body: new URLSearchParams({ email: 'maya@northwind.example', password: 'demo-roastery' }),
});
const cookie = signIn.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
if (!signIn.ok || !cookie) throw new Error(`sign-in answered ${signIn.status}`);

async function page(url) {
  const response = await fetch(`${origin}${url}`, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return body;
}

async function median(url) {
  for (let n = 0; n < 5; n++) await page(url);
  const times = [];
  for (let n = 0; n < TIMES; n++) {
    const began = performance.now();
    await page(url);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[Math.floor(TIMES / 2)];
}

/** The address of a link, as the page has it. */
async function link(url, word) {
  const before = (await page(url)).split(`>${word}<`)[0];
  return before.slice(before.lastIndexOf('href="') + 6).split('"')[0].replaceAll('&amp;', '&');
}

async function measure() {
  const calendar = (view) => `/calendar?view=${view}`;
  const pages = [
    ['Home', '/'],
    ['Posts', '/posts'],
    ['Posts, second page', await link('/posts', 'Older')],
    ['Posts, drafts', '/posts?filter=draft'],
    ['Posts, scheduled', '/posts?filter=scheduled'],
    ['Posts, published', '/posts?filter=published'],
    ['Posts, published on X', '/posts?filter=published&platform=x'],
    ['Search: a frequent word', '/posts?q=blend'],
    ['Search: one post', `/posts?q=${(query(`select right(text, 12) from posts where text like 'Note 99%' order by id limit 1`))[0]?.[0] ?? 'Harvest'}`],
    ['Search: nothing', '/posts?q=nowhere'],
    ['Search: two letters', '/posts?q=zz'],
    ['Connections', '/connections'],
    ['Needs your eyes', '/needs'],
    ['Calendar, month', calendar('month')],
    ['Calendar, week', calendar('week')],
    ['Calendar, day', calendar('day')],
    ['Calendar, month, X', `${calendar('month')}&platform=x`],
    ['Studio', '/studio'],
    ['Queue', '/settings/queue'],
  ];
  const medians = new Map();
  for (const [name, url] of pages) medians.set(name, await median(url));
  return medians;
}

const few = await measure();
const fewPosts = query('select count(*) from posts')[0][0];
const seed = performance.now();
const [[index]] = query(`select indexdef from pg_indexes where indexname = 'posts_search'`);
query(
  `drop index posts_search;
   select set_config('growth.posts', '${N}', false), set_config('growth.days', '${DAYS}', false), set_config('maintenance_work_mem', '512MB', false);
   ${readFileSync(new URL('growth.sql', import.meta.url), 'utf8')}
   ${index}`,
);
query('vacuum analyze');
// The connections of before have been idle for minutes, and the server has closed them.
await fetch(`${origin}/healthz`).catch(() => undefined);
const seconds = ((performance.now() - seed) / 1000).toFixed(0);
const many = await measure();

const rows = [['', `${fewPosts} posts`, `${N.toLocaleString('en')} more`, 'ratio']];
const slow = [];
for (const [name, before] of few) {
  const after = many.get(name);
  rows.push([name, `${before.toFixed(1)} ms`, `${after.toFixed(1)} ms`, (after / before).toFixed(2)]);
  if (after > (name.startsWith('Search') ? SEARCH_MS : PAGE_MS)) slow.push(name);
}
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const [name, ...values] of rows) console.log([name.padEnd(widths[0]), ...values.map((v, n) => v.padStart(widths[n + 1]))].join('  '));
console.log(`filled and analysed in ${seconds} s`);
for (const name of slow) console.error(`lux: ${name} takes longer than a page may with this many posts: see above.`);
process.exit(slow.length > 0 ? 1 : 0);
