// The growth part of `make bench`: node scripts/bench-growth.mjs SERVER FOLDER DATABASE_URL
// What each page takes with the demo company's few posts and with GROWTH_N (1,000,000) published ones beside them, over
// 700 days: medians of one reader, whole answers. Fails when a page takes more than 50 ms with all of them, a search more
// than 100 ms.
import { readFileSync } from 'node:fs';
import { percentile, query as ask, start, table, times } from './bench-server.mjs';

const [program, folder, database] = process.argv.slice(2);
const N = Number(process.env.GROWTH_N ?? 1_000_000);
const DAYS = Number(process.env.GROWTH_DAYS ?? 700);
const TIMES = 21;
const PAGE_MS = 50;
const SEARCH_MS = 100;

const lux = await start(program, folder, database, 'growth');
const { origin, page } = lux;
const query = (sql) => ask(database, sql);

const median = async (url) => percentile(await times(TIMES, () => page(url)), 50);

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
    ['Comments', '/comments'],
    ['Comments, all', '/comments?state=all'],
    ['Studio', '/studio'],
    ['Campaigns', '/campaigns'],
    ['Agents', '/agents'],
    ['Queue', '/diagnostics/queue'],
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
table(rows);
console.log(`filled and analysed in ${seconds} s`);
for (const name of slow) console.error(`lux: ${name} takes longer than a page may with this many posts: see above.`);
process.exit(slow.length > 0 ? 1 : 0);
