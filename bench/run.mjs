#!/usr/bin/env node
// Measures the optimised program with wrk on this machine and prints rows for RESULTS.md.
//
//   node bench/run.mjs [sqlite|postgres] [SCENARIO…]     (default: both, all: bookings bulk hot availability home memory)
//
// Needs wrk, sqlite3 and psql (Debian: apt-get install wrk sqlite3 postgresql) and builds the program. wrk, the program and
// PostgreSQL share the cores. Every figure is the median of ROUNDS rounds; CPU-ms is the program's own, from /proc.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
// YOKOGUSHI_BENCH_PROGRAM names one that is built already.
const program = process.env.YOKOGUSHI_BENCH_PROGRAM ?? join(target, 'release/yokogushi');
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS ?? 8);
const CONNECTIONS = 50;
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const words = process.argv.slice(2);
const engines = ['sqlite', 'postgres'].filter((one) => words.includes(one));
const chosen = words.filter((word) => !['sqlite', 'postgres'].includes(word));

function say(text) { process.stderr.write(`${text}\n`); }
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The program's CPU time so far, in ms. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 1000 / TICKS;
}

/** The program's memory in MB. */
function memory(pid) {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/u);
  return Number(line[1]) / 1024;
}

/** A PostgreSQL server with fsync on and an empty database. */
async function postgres() {
  execFileSync('cargo', ['build', '--quiet', '-p', 'yokogushi-tests', '--bin', 'yokogushi-test-postgres'], { cwd: root, stdio: 'inherit' });
  const child = spawn(join(target, 'debug/yokogushi-test-postgres'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return {
    url: String(line).trim(),
    async stop() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** The program with a demo city; `raise` gives every free slot so many more places. */
class City {
  static async open(engine) {
    const city = new City();
    city.engine = engine;
    city.folder = mkdtempSync(join(tmpdir(), 'yokogushi-bench-'));
    city.server = engine === 'postgres' ? await postgres() : null;
    await city.start();
    return city;
  }

  async start() {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    this.url = `http://127.0.0.1:${port}`;
    const flags = ['serve', '--listen', `127.0.0.1:${port}`, '--data', join(this.folder, 'data')];
    if (this.server) flags.push('--database', this.server.url);
    const begun = process.hrtime.bigint();
    this.child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'inherit'] });
    for (let look = 0; look < 1200; look += 1) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.status === 200) {
        this.startMs = Number(process.hrtime.bigint() - begun) / 1e6;
        return;
      }
      if (this.child.exitCode !== null) throw new Error('the program stopped at its start');
      await sleep(25);
    }
    throw new Error('the program was not ready within 30 s');
  }

  async halt() {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }

  async stop() {
    await this.halt();
    await this.server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  sql(text) {
    const [command, words] = this.server
      ? ['psql', [this.server.url, '--quiet', '--no-align', '--tuples-only', '--command', text]]
      : ['sqlite3', [join(this.folder, 'data/city.sqlite'), text]];
    return execFileSync(command, words, { encoding: 'utf8' }).trim();
  }

  /** Changes the database while the program rests. */
  async between(text) {
    await this.halt();
    this.sql(text);
    await this.start();
  }

  booked() {
    return Number(this.sql('SELECT SUM(web_booked) FROM visit_slot'));
  }

  async slots() {
    const services = await (await fetch(`${this.url}/api/v1/visits/services`)).json();
    const from = new Date(Date.now() + 33 * 3600_000).toISOString().slice(0, 10);
    const found = [];
    for (const { id } of services) {
      const path = `/api/v1/visits/availability?service=${encodeURIComponent(id)}&from=${from}&days=30`;
      const { slots } = await (await fetch(this.url + path)).json();
      found.push(...slots.map((slot) => ({ service: id, ...slot })));
    }
    return found;
  }

  async wrk(script, path, ...more) {
    const run = await finished('wrk', [
      '-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--timeout', '10s', '-s', join(root, 'bench', script), this.url + path, '--', ...more,
    ]);
    const line = run.out.match(/^RESULT (.*)$/mu);
    if (!line) throw new Error(`wrk said: ${run.out}${run.err}`);
    return JSON.parse(line[1]);
  }

  /** A command handed to the running program over its control socket. */
  async command(...words) {
    const flags = ['--data', join(this.folder, 'data')];
    if (this.server) flags.push('--database', this.server.url);
    const run = await finished(program, [...words, ...flags]);
    if (run.status !== 0) throw new Error(`${words.join(' ')}: ${run.out}${run.err}`);
  }

  /** Imports one after another, without a pause, until `stop()`, which says how many there were. */
  imports() {
    const lists = bulkFiles(this.folder);
    let going = true;
    const loop = (async () => {
      let done = 0;
      while (going) {
        const [kind, ...sizes] = lists[done % lists.length];
        // In turn a longer and a shorter list of the same set, so that every import has something to change.
        await this.command('import', kind, sizes[Math.floor(done / lists.length) % sizes.length], '--set', `bench ${kind}`);
        done += 1;
      }
      return done;
    })();
    // Looked at when the round is over.
    loop.catch(() => {});
    return async () => { going = false; return loop; };
  }

  /** One round: what wrk measured, with the program's CPU-ms a request. */
  async round(script, path, ...more) {
    const before = cpu(this.child.pid);
    const result = await this.wrk(script, path, ...more);
    result.cpu = (cpu(this.child.pid) - before) / Math.max(result.requests, 1);
    result.rate = result.requests / result.seconds;
    await sleep(500);
    return result;
  }

  /** Several rounds of one load; medians. */
  async measure(script, path, ...more) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await this.round(script, path, ...more));
    return summary(rounds);
  }
}

/** Medians and sums of several rounds. */
function summary(rounds) {
  const middle = (field) => median(rounds.map((round) => round[field]));
  const sum = (field) => rounds.reduce((total, round) => total + (round[field] ?? 0), 0);
  return {
    rate: middle('rate'), low: Math.min(...rounds.map((r) => r.rate)), high: Math.max(...rounds.map((r) => r.rate)),
    p50: middle('p50'), p99: middle('p99'), max: Math.max(...rounds.map((r) => r.max)), cpu: middle('cpu'),
    created: sum('created'), full: sum('full'), other: sum('other'), broken: sum('broken'),
  };
}

/** Runs a program to its end. */
async function finished(command, flags) {
  const child = spawn(command, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (part) => { said.out += part; });
  child.stderr.on('data', (part) => { said.err += part; });
  const [status] = await once(child, 'close');
  return { status, ...said };
}

/** Files as a city has them: per kind a longer and a shorter one. Invented, and the same every time. */
function bulkFiles(folder) {
  const at = (n) => [(138.3 + (n % 100) / 2000).toFixed(6), (34.84 + Math.floor(n / 100) / 2000).toFixed(6)];
  const ring = (n) => {
    const [x, y] = at(n).map(Number);
    // 200 corners, as borders along rivers have.
    const corners = Array.from({ length: 200 }, (_, c) => {
      const turn = (c / 200) * 2 * Math.PI;
      return [x + 0.0004 * Math.cos(turn), y + 0.0004 * Math.sin(turn)];
    });
    return [...corners, corners[0]];
  };
  const count = (n, one) => Array.from({ length: n }, (_, i) => one(i));
  const feature = (n) => ({
    type: 'Feature', properties: { 名称: `第${n + 1}区` }, geometry: { type: 'Polygon', coordinates: [ring(n)] },
  });
  const town = (n) => ({ town: `港町${n + 1}番`, koaza: '', lat: Number(at(n)[1]), lng: Number(at(n)[0]) });
  const facility = (n) => `${n + 1},第${n + 1}集会所,ダイ${n + 1}シュウカイジョ,集会所,港町${n + 1}-1,${at(n)[1]},${at(n)[0]},0000-00-0000`;
  const made = {
    areas: ['geojson', (n) => JSON.stringify({ type: 'FeatureCollection', features: count(n, feature) }), [300, 280]],
    towns: ['json', (n) => JSON.stringify(count(n, town)), [2000, 1900]],
    facilities: ['csv', (n) => `NO,名称,名称_カナ,種別,住所,緯度,経度,電話番号\r\n${count(n, facility).join('\r\n')}\r\n`, [3000, 2900]],
  };
  return Object.entries(made).map(([kind, [ending, write, sizes]]) => [kind, ...sizes.map((size) => {
    const file = join(folder, `${kind}-${size}.${ending}`);
    writeFileSync(file, write(size));
    return file;
  })]);
}

const rows = [];
function row(engine, what, result, note) {
  const text = `| ${engine} | ${what} | ${Math.round(result.rate)}/s (${Math.round(result.low)}–${Math.round(result.high)}) `
    + `| ${result.p50.toFixed(1)} | ${result.p99.toFixed(1)} | ${result.max.toFixed(0)} | ${result.cpu.toFixed(3)} | ${note} |`;
  say(text);
  rows.push(text);
}

/** Refusals that are not part of the scenario make a figure worthless. */
function clean(result) {
  return result.other + result.broken === 0 ? '' : `${result.other} refused, ${result.broken} broken; `;
}

const scenarios = {
  async bookings(city) {
    await city.between('UPDATE visit_slot SET web_capacity = web_capacity + 5000 WHERE web_capacity > 0');
    const file = join(city.folder, 'slots');
    const slots = await city.slots();
    writeFileSync(file, slots.map((slot) => `${slot.service}\t${slot.id}\n`).join(''));
    const before = city.booked();
    const result = await city.measure('booking.lua', '/', file);
    const sold = city.booked() - before;
    // Up to CONNECTIONS answers a round were under way when wrk stopped reading.
    const exact = sold >= result.created && sold <= result.created + CONNECTIONS * ROUNDS;
    row(city.engine, `bookings over ${slots.length} slots`, result,
      `${clean(result)}${result.created} acknowledged, ${sold} sold${exact ? '' : ' — DIFFERENT'}`);
  },
  async bulk(city) {
    await city.between('UPDATE visit_slot SET web_capacity = web_capacity + 5000 WHERE web_capacity > 0');
    const file = join(city.folder, 'slots');
    writeFileSync(file, (await city.slots()).map((slot) => `${slot.service}\t${slot.id}\n`).join(''));
    const before = city.booked();
    const [alone, beside] = [[], []];
    let imports = 0;
    // In turn, so that whatever else the machine does meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await city.round('booking.lua', '/', file));
      const stop = city.imports();
      beside.push(await city.round('booking.lua', '/', file));
      imports += await stop();
    }
    const [quiet, busy] = [summary(alone), summary(beside)];
    const created = quiet.created + busy.created;
    const sold = city.booked() - before;
    const exact = sold >= created && sold <= created + CONNECTIONS * ROUNDS * 2;
    row(city.engine, 'bookings alone', quiet, clean(quiet));
    row(city.engine, `bookings beside imports of areas, towns and facilities (${imports} in ${ROUNDS} rounds)`, busy,
      `${clean(busy)}p99 ${(busy.p99 - quiet.p99).toFixed(1)} ms more (asked: at most 20); `
      + `${created} acknowledged, ${sold} sold${exact ? '' : ' — DIFFERENT'}`);
  },
  async hot(city) {
    const [slot] = await city.slots();
    const file = join(city.folder, 'hot');
    writeFileSync(file, `${slot.service}\t${slot.id}\n`);
    const before = city.booked();
    const result = await city.measure('booking.lua', '/', file);
    const sold = city.booked() - before;
    row(city.engine, `one hot slot with ${slot.free} places`, result,
      `${clean(result)}${result.created} acknowledged, ${sold} sold, ${result.full} told "full"`);
  },
  async availability(city) {
    const services = await (await fetch(`${city.url}/api/v1/visits/services`)).json();
    const from = new Date(Date.now() + 9 * 3600_000).toISOString().slice(0, 10);
    const path = `/api/v1/visits/availability?service=${encodeURIComponent(services[0].id)}&from=${from}&days=30`;
    const result = await city.measure('page.lua', path);
    row(city.engine, '30 days of availability', result, `${clean(result)}${city.sql('SELECT COUNT(*) FROM visit')} visits in the database`);
  },
  async home(city) {
    const result = await city.measure('page.lua', '/');
    row(city.engine, 'resident home', result, clean(result) || 'gzip');
  },
  async memory(city) {
    await city.halt();
    await city.start();
    await sleep(10_000);
    const text = `| ${city.engine} | second start, then idle 10 s | ready in ${city.startMs.toFixed(0)} ms | | | | | ${memory(city.child.pid).toFixed(0)} MB resident |`;
    say(text);
    rows.push(text);
  },
};

if (!process.env.YOKOGUSHI_BENCH_PROGRAM) execFileSync('cargo', ['build', '--release', '-p', 'yokogushi'], { cwd: root, stdio: 'inherit' });
for (const engine of engines.length > 0 ? engines : ['sqlite', 'postgres']) {
  const city = await City.open(engine);
  try {
    say(`${engine}: first start with the demo city: ${city.startMs.toFixed(0)} ms`);
    for (const [name, scenario] of Object.entries(scenarios)) {
      if (chosen.length === 0 || chosen.includes(name)) await scenario(city);
    }
  } finally {
    await city.stop();
  }
}
const git = (...words) => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' }).trim();
const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
process.stdout.write(`
### ${new Date().toISOString().slice(0, 10)}, commit ${git('rev-parse', '--short', 'HEAD')}${changed}, ${cpus().length} × ${cpus()[0].model.trim()}

${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s, load generator on the same cores; medians (lowest–highest), ms.

| engine | load | rate | p50 | p99 | max | CPU-ms/request | |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`);
