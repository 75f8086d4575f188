// A professional's card as a browser sees it: a PKCS#11 token with a PIN, whose key never leaves it. SoftHSM plays the
// token; the certificate store of the browser (NSS) loads its module, as it would load a card maker's. The browser asks
// for the PIN in a window of its own, so it runs on a screen of its own, and the PIN is typed there like by a person.

import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM, POLICIES, QUIET } from './world.mjs';

const run = promisify(execFile);
const MODULE = '/usr/lib/softhsm/libsofthsm2.so';
export const PIN = '314159';
/** The window in which Chromium asks for a token's PIN. */
const PIN_WINDOW = 'Unlock Security Device';
/**
 * What an old card cannot do: RSA-PSS, and raw RSA, over which a browser would make PSS itself. The list takes away;
 * SoftHSM 2.6.1 overlooks its first entry, so a mechanism that nobody uses stands there.
 */
const ONLY_PKCS1 =
  '-CKM_MD5_RSA_PKCS,CKM_RSA_PKCS_PSS,CKM_SHA1_RSA_PKCS_PSS,CKM_SHA224_RSA_PKCS_PSS,CKM_SHA256_RSA_PKCS_PSS,' +
  'CKM_SHA384_RSA_PKCS_PSS,CKM_SHA512_RSA_PKCS_PSS,CKM_RSA_X_509';

/** A screen that nobody looks at, on a free number. */
async function openScreen() {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1366x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise((resolve, reject) => {
    let text = '';
    server.on('error', reject);
    server.on('exit', () => reject(new Error('the screen did not open')));
    server.stdio[3].on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(text.trim());
    });
  });
  return { display: `:${number}`, close: () => server.kill('SIGTERM') };
}

/**
 * Puts `key`'s certificate and private key into a fresh token. `old`: one that signs RSA PKCS#1 v1.5 only.
 * The environment in which the token is found comes back; the key's file is gone by then.
 */
async function makeToken(world, key, home, old) {
  const env = { ...process.env, HOME: home, SOFTHSM2_CONF: path.join(home, 'softhsm2.conf'), LANGUAGE: 'en' };
  await mkdir(path.join(home, 'tokens'));
  await writeFile(
    env.SOFTHSM2_CONF,
    `directories.tokendir = ${home}/tokens\nobjectstore.backend = file\nslots.removable = true\n` +
      `slots.mechanisms = ${old ? ONLY_PKCS1 : 'ALL'}\n`,
  );
  const label = ['--label', 'HPKI Application'];
  await run('softhsm2-util', ['--init-token', '--free', ...label, '--pin', PIN, '--so-pin', '27182818'], { env });
  const p12 = ['-in', path.join(world.folder, world.person(key).p12), '-passin', `pass:${world.places.password}`];
  const [pem, pkcs8, cert, der] = ['key.pem', 'key.p8', 'cert.pem', 'cert.der'].map((name) => path.join(home, name));
  await run('openssl', ['pkcs12', ...p12, '-nocerts', '-nodes', '-out', pem]);
  await run('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', pem, '-out', pkcs8]);
  await run('openssl', ['pkcs12', ...p12, '-nokeys', '-clcerts', '-out', cert]);
  await run('openssl', ['x509', '-in', cert, '-outform', 'DER', '-out', der]);
  const same = ['--id', '01', '--label', 'auth'];
  await run('softhsm2-util', ['--import', pkcs8, '--token', 'HPKI Application', ...same, '--pin', PIN], { env });
  const login = ['--module', MODULE, '--login', '--pin', PIN];
  await run('pkcs11-tool', [...login, '--write-object', der, '--type', 'cert', ...same], { env });
  for (const file of [pem, pkcs8]) await rm(file);
  // The browser's own store stays empty: whatever signs is the token.
  const store = `sql:${path.join(home, '.pki', 'nssdb')}`;
  await mkdir(path.join(home, '.pki', 'nssdb'), { recursive: true });
  await run('certutil', ['-d', store, '-N', '--empty-password']);
  await run('modutil', ['-dbdir', store, '-add', 'HPKI', '-libfile', MODULE, '-force'], { env });
  return env;
}

/** What the token says it can sign with. */
export async function mechanisms(env) {
  return (await run('pkcs11-tool', ['--module', MODULE, '-M'], { env })).stdout;
}

/** A browser whose only certificate lies in a token; `origin` is where it is shown without asking which. */
export async function browserWithToken(world, key, { old = false, origin }) {
  const home = await mkdtemp(path.join(tmpdir(), 'renkei-token-'));
  const screen = await openScreen();
  const policy = path.join(POLICIES, 'renkei-walk.json');
  const env = { ...(await makeToken(world, key, home, old)), DISPLAY: screen.display };
  await mkdir(POLICIES, { recursive: true });
  await writeFile(policy, JSON.stringify({ AutoSelectCertificateForUrls: [JSON.stringify({ pattern: origin, filter: {} })] }));
  const context = await chromium.launchPersistentContext(path.join(home, 'profile'), {
    executablePath: CHROMIUM,
    headless: false,
    args: QUIET,
    ignoreHTTPSErrors: true,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    env,
  });
  world.contexts.push({
    pages: () => context.pages(),
    close: async () => {
      await context.close();
      screen.close();
      await rm(policy, { force: true });
      await rm(home, { recursive: true, force: true });
    },
  });
  return { page: await context.newPage(), env };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

/** The window that asks for the PIN now, or none. */
async function pinWindowNow(env) {
  const found = await run('xdotool', ['search', '--onlyvisible', '--name', PIN_WINDOW], { env }).catch(() => null);
  return found?.stdout.trim().split('\n')[0];
}

/** Types into a window and waits until it is gone: the next one that asks is another. */
async function answerWindow(env, window, keys) {
  await run('xdotool', ['windowfocus', '--sync', window], { env });
  await run('xdotool', keys, { env });
  for (let tries = 0; tries < 100 && (await pinWindowNow(env)) === window; tries++) await pause();
}

/** Waits until the browser asks for the PIN and types one. */
export async function answerPin(env, pin) {
  for (let tries = 0; tries < 200; tries++) {
    const window = await pinWindowNow(env);
    if (window) return answerWindow(env, window, ['type', '--delay', '20', `${pin}\n`]);
    await pause();
  }
  throw new Error('the browser did not ask for the PIN');
}

/** Closes every window that asks for the PIN until `going` has ended; how many there were. */
export async function giveUp(env, going) {
  let [ended, closed] = [false, 0];
  going.then(() => (ended = true));
  while (!ended) {
    const window = await pinWindowNow(env);
    if (window) {
      await answerWindow(env, window, ['key', 'Escape']);
      closed++;
    }
    await pause();
  }
  return closed;
}
