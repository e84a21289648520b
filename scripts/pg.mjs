// Runs SQL on a PostgreSQL without psql, which the ready-made binaries do not bring:
//   node scripts/pg.mjs URL [--rows] -c 'SQL' | FILE.sql ...
// With --rows it prints what queries answer: a line for each row, values with tabs between them.
// Speaks just enough of the protocol: start-up without a password, simple queries, errors.
import net from 'node:net';
import { readFileSync } from 'node:fs';

const [address, ...jobs] = process.argv.slice(2);
const url = new URL(address);
const scripts = [];
let rows = false;
for (let i = 0; i < jobs.length; i++) {
  if (jobs[i] === '--rows') rows = true;
  else if (jobs[i] === '-c') scripts.push({ name: jobs[++i], sql: jobs[i] });
  else scripts.push({ name: jobs[i], sql: readFileSync(jobs[i], 'utf8') });
}

const message = (type, body) => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const text = (s) => Buffer.from(s + '\0');

const socket = net.connect(Number(url.port || 5432), url.hostname);
socket.on('error', (error) => fail(`cannot reach PostgreSQL at ${url.host}: ${error.message}`));
socket.on('connect', () => {
  const user = decodeURIComponent(url.username);
  const body = Buffer.concat([Buffer.from([0, 3, 0, 0]), text('user'), text(user), text('database'), text(url.pathname.slice(1) || user), text('')]);
  const head = Buffer.alloc(4);
  head.writeInt32BE(body.length + 4);
  socket.write(Buffer.concat([head, body]));
});

let received = Buffer.alloc(0);
let current = 'start-up';
socket.on('data', (chunk) => {
  received = Buffer.concat([received, chunk]);
  while (received.length >= 5 && received.length > received.readInt32BE(1)) {
    const type = String.fromCharCode(received[0]);
    const body = received.subarray(5, received.readInt32BE(1) + 1);
    received = received.subarray(received.readInt32BE(1) + 1);
    if (type === 'E') {
      const fields = Object.fromEntries(body.toString().split('\0').filter(Boolean).map((f) => [f[0], f.slice(1)]));
      fail(`${current}: ${fields.M}${fields.D ? ` (${fields.D})` : ''}${fields.P ? ` at character ${fields.P}` : ''}`);
    } else if (type === 'R' && body.readInt32BE(0) !== 0) {
      fail(`${url.host} asks for a password; only trusted test databases are supported`);
    } else if (type === 'D' && rows) {
      const values = [];
      for (let at = 2; values.length < body.readInt16BE(0); ) {
        const length = body.readInt32BE(at);
        values.push(length < 0 ? '' : body.toString('utf8', at + 4, at + 4 + length));
        at += 4 + Math.max(length, 0);
      }
      process.stdout.write(`${values.join('\t')}\n`);
    } else if (type === 'Z') {
      const next = scripts.shift();
      if (!next) return socket.end(message('X', Buffer.alloc(0)));
      current = next.name;
      socket.write(message('Q', text(next.sql)));
    }
  }
});

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
