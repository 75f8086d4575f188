// The world a walk lives in: the demonstration's people with their certificates, their cards, its clock; and browsers
// that hold one person's certificate each.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const run = promisify(execFile);
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Below the thirty that a reader takes, with room for the walks that ask by themselves. */
const DESK_READS_A_MINUTE = 20;
/** Where Debian's Chromium looks for an administrator's choices. */
export const POLICIES = '/etc/chromium/policies/managed';

export class World {
  static async open({ folder, ready, pictures }) {
    const world = new World();
    world.folder = folder;
    world.ready = ready;
    world.began = new Date();
    world.pictures = pictures;
    world.places = JSON.parse(await readFile(path.join(folder, 'places.json'), 'utf8'));
    world.browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    world.contexts = [];
    /** Times of the reads asked of each institution's reader. */
    world.reads = new Map();
    return world;
  }

  async scene(walk) {
    await this.setClock(this.at('10:00'));
    await this.takeCardsAway();
    await walk(this);
  }

  /** A wall-clock time of the demonstration's first day, or of a later one: `at('00:00', 1)`. */
  at(time, daysLater = 0) {
    const day = new Date(this.began.getTime() + daysLater * 86_400_000);
    return `${day.toLocaleDateString('sv-SE', { timeZone: 'Asia/Tokyo' })}T${time}`;
  }

  person(key) {
    const person = this.places.people.find((p) => p.key === key);
    if (!person) throw new Error(`nobody is called ${key}`);
    return person;
  }

  /** A browser window that holds `key`'s certificate; without a key, none. */
  async window(key, options = {}) {
    const settings = {
      ignoreHTTPSErrors: true,
      viewport: options.viewport ?? { width: 1366, height: 1000 },
      locale: options.locale ?? 'ja-JP',
      timezoneId: 'Asia/Tokyo',
      javaScriptEnabled: options.scripts ?? true,
      hasTouch: options.touch ?? false,
      isMobile: options.touch ?? false,
    };
    if (key) {
      const person = this.person(key);
      settings.clientCertificates = [
        { origin: this.places.professional, pfxPath: path.join(this.folder, person.p12), passphrase: this.places.password },
      ];
    }
    const context = await this.browser.newContext(settings);
    this.contexts.push(context);
    return context.newPage();
  }

  /** Opens the professional entrance as `key`. */
  async signIn(key, options) {
    const page = await this.window(key, options);
    await page.goto(this.places.professional + '/');
    return page;
  }

  /** A Chromium of its own whose certificate store holds `key`'s card, chosen by an administrator's policy. */
  async ownStore(key) {
    const home = await mkdtemp(path.join(tmpdir(), 'renkei-store-'));
    const nss = path.join(home, '.pki', 'nssdb');
    await mkdir(nss, { recursive: true });
    await run('certutil', ['-d', `sql:${nss}`, '-N', '--empty-password']);
    const p12 = path.join(this.folder, this.person(key).p12);
    await run('pk12util', ['-d', `sql:${nss}`, '-i', p12, '-W', this.places.password]);
    const policy = path.join(POLICIES, 'renkei-walk.json');
    await mkdir(POLICIES, { recursive: true });
    const choice = JSON.stringify({ pattern: this.places.professional, filter: {} });
    await writeFile(policy, JSON.stringify({ AutoSelectCertificateForUrls: [choice] }));
    const context = await chromium.launchPersistentContext(path.join(home, 'profile'), {
      executablePath: CHROMIUM,
      args: QUIET,
      ignoreHTTPSErrors: true,
      locale: 'ja-JP',
      timezoneId: 'Asia/Tokyo',
      viewport: { width: 1366, height: 1000 },
      env: { ...process.env, HOME: home },
    });
    this.contexts.push({
      pages: () => context.pages(),
      close: async () => {
        await context.close();
        await rm(policy, { force: true });
        await rm(home, { recursive: true, force: true });
      },
    });
    return context.newPage();
  }

  async control(route, form) {
    const response = await fetch(new URL(route, this.ready.address), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(this.ready.address).origin },
      body: new URLSearchParams(form),
      redirect: 'manual',
    });
    if (response.status >= 400) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
  }

  /** Lays a patient's card on the reader of an institution (keys of the demonstration). */
  async layCard(patient, institution) {
    await this.control('/card', { patient, institution });
  }
  async takeCardsAway() {
    await this.control('/card/away', {});
  }
  async setClock(at) {
    await this.control('/clock', { at });
  }

  /** Lays the card and presses the one big button; waits for the patient page or the refusal. */
  async readCard(page, patient, institution) {
    await this.deskPace(institution);
    await this.layCard(patient, institution);
    await page.getByRole('button', { name: /読み取/ }).first().click();
    await page.locator('section.band, section.refusal').first().waitFor({ timeout: 30_000 });
  }

  /** A reader takes thirty reads a minute, and a fast machine walks faster than any desk: wait as its people would. */
  async deskPace(institution) {
    const reads = this.reads.get(institution) ?? [];
    const recent = reads.filter((at) => Date.now() - at < 61_000);
    if (recent.length >= DESK_READS_A_MINUTE) {
      const wait = 61_000 - (Date.now() - recent[recent.length - DESK_READS_A_MINUTE]);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    this.reads.set(institution, [...recent, Date.now()]);
  }

  async picture(page, name) {
    if (!this.pictures) return;
    await mkdir(this.pictures, { recursive: true });
    await page.screenshot({ path: path.join(this.pictures, `${name}.png`) });
  }

  /** Keeps a made file beside the pictures, where pictures are asked for. */
  async keep(name, bytes) {
    if (!this.pictures) return;
    await mkdir(this.pictures, { recursive: true });
    await writeFile(path.join(this.pictures, name), bytes);
  }

  async pictureOfAll(prefix) {
    let number = 0;
    for (const context of this.contexts) {
      for (const page of context.pages()) {
        await page.screenshot({ path: `${prefix}-${++number}.png` }).catch(() => {});
      }
    }
  }

  async closeContexts() {
    for (const context of this.contexts.splice(0)) await context.close();
  }
  async close() {
    await this.closeContexts();
    await this.browser.close();
  }
}
