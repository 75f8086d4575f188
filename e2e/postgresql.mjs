// A PostgreSQL server of its own for the walks: on loopback, with a password and TLS, as an installation would have it;
// the settings ask for a verified certificate. Ended by the id it wrote itself.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROLE = 'renkei';

/** Where the distribution's package puts the server's programs; the newest. */
async function programs() {
  const home = '/usr/lib/postgresql';
  const versions = (await readdir(home).catch(() => [])).sort((a, b) => Number(a) - Number(b));
  if (versions.length === 0) {
    throw new Error('PostgreSQL is needed for these walks: install it with `apt-get install postgresql`');
  }
  return path.join(home, versions.at(-1), 'bin');
}

/** The server refuses to run as root: then the package's own user runs it. */
async function owner() {
  if (process.getuid() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => users.find((user) => user[0] === name)).find(Boolean);
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export async function startPostgresql() {
  const bin = await programs();
  const as = await owner();
  const folder = await mkdtemp(path.join(tmpdir(), 'renkei-walks-postgresql-'));
  const data = path.join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  const mine = { ...as, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
  await mkdir(data, { mode: 0o700 });
  const secret = path.join(folder, 'password');
  await writeFile(secret, password, { mode: 0o600 });
  const root = path.join(folder, 'database.pem');
  const key = path.join(folder, 'database.key');
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', key, '-out', root],
  ]);
  await chmod(key, 0o600);
  if (as) for (const file of [folder, data, secret, key, root]) await chown(file, as.uid, as.gid);
  await chmod(folder, 0o755);
  const login = ['--auth-local=reject', '--auth-host=scram-sha-256', `--username=${ROLE}`, `--pwfile=${secret}`];
  await run(path.join(bin, 'initdb'), ['--no-sync', '--encoding=UTF8', '--locale=C', ...login, '-D', data], mine);
  const options = [
    `-c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`,
    `-c ssl=on -c ssl_cert_file=${root} -c ssl_key_file=${key} -c fsync=off -c shared_buffers=64MB`,
  ].join(' ');
  const log = path.join(folder, 'server.log');
  try {
    await run(path.join(bin, 'pg_ctl'), ['start', '-w', '-t', '60', '-o', options, '-D', data, '-l', log], mine);
    const client = { ...mine, env: { ...mine.env, PGPASSWORD: password, PGSSLMODE: 'require' } };
    const at = [`--host=127.0.0.1`, `--port=${port}`, `--username=${ROLE}`];
    await run(path.join(bin, 'createdb'), [...at, '--template=template0', '--encoding=UTF8', ROLE], client);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const pid = Number((await readFile(path.join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const url = `postgres://${ROLE}:${password}@localhost:${port}/${ROLE}?sslmode=verify-full&sslrootcert=${root}`;
  const settings = path.join(folder, 'database.toml');
  await writeFile(settings, `[database]\nengine = "postgresql"\nurl = "${url}"\n`, { mode: 0o600 });
  return {
    settings,
    password,
    async stop() {
      process.kill(pid, 'SIGINT');
      for (let alive = true; alive; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        try {
          process.kill(pid, 0);
        } catch {
          alive = false;
        }
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
