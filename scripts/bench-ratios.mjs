// What a run of the peers' kit says of us against them: node scripts/bench-ratios.mjs RESULTS.jsonl
// For each measure the best of the peers' cases counts, not their average.
import { readFileSync } from 'node:fs';

const rows = readFileSync(process.argv[2], 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line));
const of = (part, field, test = () => true) =>
  rows.filter((r) => r.part === part && test(r.case ?? '') && Number.isFinite(r[field])).map((r) => [r[field], r.case]);
const best = (list, pick) => list.reduce((a, b) => (a === undefined || pick(b[0], a[0]) ? b : a), undefined);
const more = (a, b) => a > b;
const less = (a, b) => a < b;

const table = [];
function compare(name, unit, pick, peers, ours) {
  const [them, us] = [best(peers, pick), best(ours, pick)];
  if (!them || !us) return;
  const ratio = pick === more ? us[0] / them[0] : them[0] / us[0];
  table.push([name, `${us[0]} ${unit}`, `${them[0]} ${unit} (${them[1]})`, `${ratio.toFixed(2)} x`]);
}
compare('captures/s, against Flask', '/s', more, of('webhook-flask', 'per_s'), of('product-webhook', 'per_s'));
compare('captures/s, against Express', '/s', more, of('webhook-express', 'per_s'), of('product-webhook', 'per_s'));
compare('captures/s, against the bare statement', '/s', more, of('pgbench', 'per_s', (n) => n.startsWith('upsert/') && n.endsWith('/c32')), of('product-webhook', 'per_s'));
compare('captures: 99 of 100 within', 'ms', less, [...of('webhook-flask', 'p99_ms'), ...of('webhook-express', 'p99_ms')], of('product-webhook', 'p99_ms'));
const at = (latency) => (name) => name.endsWith(`lat${latency}`);
const withRow = (name) => at(0)(name) && name.includes('pgrow');
compare('posts/s, state kept in Postgres', '/s', more, of('bullmq-throughput', 'per_s', withRow), of('product-throughput', 'per_s', at(0)));
compare('posts/s, bare queue', '/s', more, of('bullmq-throughput', 'per_s', (n) => at(0)(n) && !n.includes('pgrow')), of('product-throughput', 'per_s', at(0)));
compare('posts/s, platform takes 50 ms', '/s', more, of('bullmq-throughput', 'per_s', at(50)), of('product-throughput', 'per_s', at(50)));
compare('10,000 at once: the last one', 'ms late', less, of('bullmq-spike', 'late_max_ms', at(0)), of('product-spike', 'late_max_ms', at(0)));
compare('1,000 over 20 s: median', 'ms late', less, of('bullmq-steady', 'late_p50_ms'), of('product-steady', 'late_p50_ms'));
compare('1,000 over 20 s: 99 %', 'ms late', less, of('bullmq-steady', 'late_p99_ms'), of('product-steady', 'late_p99_ms'));
compare('kill -9: all out after', 's', less, of('bullmq-crash', 'recovered_s'), of('product-crash', 'recovered_s'));
compare('kill -9: posts sent twice', '', less, of('bullmq-crash', 'duplicates'), of('product-crash', 'duplicates'));

console.log('\n| measure | LUX | best peer | ratio |\n|---|---|---|---|');
for (const row of table) console.log(`| ${row.join(' | ')} |`);
