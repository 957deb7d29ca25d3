// The real program on a free port with a demo city of its own, for one test file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const program = process.env.YOKOGUSHI_TEST_PROGRAM
  ?? fileURLToPath(new URL('../../../target/debug/yokogushi', import.meta.url));

/** Words before the program's own, to run it under another clock: `cargo xtask soak hours`. */
const before = (process.env.YOKOGUSHI_TEST_PREFIX ?? '').split(' ').filter((word) => word !== '');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts the program and waits until it is ready; what it printed tells the demo sign-ins. */
export async function startCity() {
  const folder = mkdtempSync(join(tmpdir(), 'yokogushi-browser-'));
  const port = await freePort();
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('YOKOGUSHI_')),
  );
  const words = [...before, program, 'serve', '--listen', `127.0.0.1:${port}`, '--data', join(folder, 'data')];
  const child = spawn(words[0], words.slice(1), {
    env: { ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (part) => { said += part; });
  child.stderr.on('data', (part) => { said += part; });
  const taken = new Map();
  let gone = null;
  child.on('exit', (code, signal) => { gone = `${code ?? signal}`; });
  child.on('error', (error) => { gone = error.message; });
  const city = {
    url: `http://127.0.0.1:${port}`,
    said: () => said,
    /** A demo sign-in as printed at the first start; each call takes the next unused code. */
    signIn(login) {
      const lines = said.split('\n').map((line) => line.trim());
      const at = lines.findIndex((line) => line.startsWith(`${login} / `));
      if (at < 0) throw new Error(`${login} cannot sign in:\n${said}`);
      const password = lines[at].split(/\s+/u)[3];
      const codes = lines[at + 1].split(/\s+/u).slice(1);
      const used = taken.get(login) ?? 0;
      taken.set(login, used + 1);
      return { password, code: codes[used] };
    },
    /** The program's own time in Japan, day and time of day; its clock need not be ours. */
    async now() {
      const answer = await fetch(`${city.url}/livez`);
      const japan = new Date(new Date(answer.headers.get('date')).getTime() + 9 * 60 * 60 * 1000).toISOString();
      return { day: japan.slice(0, 10), time: japan.slice(11, 19) };
    },
    /** Waits until so many seconds are left of the day: at midnight the hall of a walk would empty under its feet. */
    async keepsItsDay(seconds) {
      const [hours, minutes, second] = (await city.now()).time.split(':').map(Number);
      const left = 24 * 60 * 60 - (hours * 60 + minutes) * 60 - second;
      if (left < seconds) await sleep((left + 2) * 1000);
    },
    async stop() {
      if (gone === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (let look = 0; look < 600; look += 1) {
    if (gone !== null) {
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`the program stopped at its start (${gone}):\n${said}`);
    }
    const answer = await fetch(`${city.url}/readyz`).catch(() => null);
    if (answer?.status === 200) return city;
    await sleep(100);
  }
  await city.stop();
  throw new Error(`the program was not ready within a minute:\n${said}`);
}
