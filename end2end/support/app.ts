// What the specs have in common: people, companies, connections and times. Everything is done through the pages, as a
// person would; nothing here needs JavaScript.
import path from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect, test } from './test';

export const DEMO = { email: 'maya@northwind.example', password: 'demo-roastery' };
export const PASSWORD = 'a long test password';
export const HERE = `http://127.0.0.1:${process.env.LUX_E2E_PORT}`;
export const SANDBOX = `http://127.0.0.1:${process.env.LUX_E2E_SANDBOX_PORT}`;

const fixture = (name: string) => path.join(import.meta.dirname, '../fixtures', name);
export const PICTURES = { cup: fixture('cup.jpg'), hills: fixture('hills.jpg'), png: fixture('label.png') };

/** The second account of each stand-in; the demo company has the first. */
export const LAB = {
  x: { platform: 'X', id: '1700000000000000002', consent: /@northwind_lab/, handle: '@northwind_lab' },
  linkedin: { platform: 'LinkedIn', id: 'nwDemo0002', consent: /@walt-west-demo/, handle: 'Walt West (demo)' },
  instagram: { platform: 'Instagram', id: '17841400000000002', consent: /@northwind\.lab\.demo/, handle: 'northwind.lab.demo' },
  facebook: { platform: 'Facebook', id: '61550000000002', consent: /@northwind\.lab\.demo/, handle: 'northwind.lab.demo' },
  pinterest: { platform: 'Pinterest', id: '813744226420000002', consent: /@northwind_lab_demo/, handle: 'northwind_lab_demo' },
  youtube: { platform: 'YouTube', id: 'UCnorthwinddemo000000002', consent: /@northwind_lab_demo/, handle: '@northwind_lab_demo' },
  tiktok: { platform: 'TikTok', id: '-000NorthwindDemo0002', consent: /@northwind\.roastlab/, handle: 'northwind.roastlab' },
  reddit: { platform: 'Reddit', id: '1nwdemo002', consent: /@northwind_lab_demo/, handle: 'northwind_lab_demo' },
  // No keys and no consent page: a form of ours.
  bluesky: { platform: 'Bluesky', id: 'did:plc:northwindlab222222222222', consent: undefined, handle: '@northwind-lab.bsky.social' },
} as const;
export type Network = keyof typeof LAB;
/** Those with a consent page of their own. */
export const NETWORKS = ['x', 'linkedin', 'instagram'] as const satisfies Network[];
/** Right for every account of the stand-in. */
export const APP_PASSWORD = 'abcd-2345-efgh-7777';

let count = 0;
/** Words that nobody else uses in this run. */
export function unique(words: string) {
  count += 1;
  return `${words} ${Date.now().toString(36)}${count}`;
}

/** Who a browser is signed in as. */
export type State = Awaited<ReturnType<BrowserContext['storageState']>>;

export interface Person {
  name: string;
  email: string;
  company: string;
  zone: string;
}

/** A new person with a new company, signed in. */
export async function signUp(page: Page, zone = 'Europe/Lisbon'): Promise<Person> {
  const mark = unique('').trim();
  const person = { name: `Tess ${mark}`, email: `tess.${mark}@lab.example`, company: `Lab ${mark}`, zone };
  await page.goto('/signup');
  await page.getByLabel('Your name').fill(person.name);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Company').fill(person.company);
  await page.getByLabel('Time zone').fill(zone);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  return person;
}

export async function signIn(page: Page, email: string, password: string) {
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
}

/** Enters the keys of a platform on the integrations page, if it needs any. */
export async function enterKeys(page: Page, network: Network) {
  if (!LAB[network].consent) return;
  await page.goto(`/settings/integrations#${network}`);
  const secret = page.locator(`#key-${network}-client_secret`);
  await expect(secret).toBeVisible();
  // TikTok has a name of its own for it.
  const id = network === 'tiktok' ? 'client_key' : 'client_id';
  await page.locator(`#key-${network}-${id}`).fill(`e2e-${network}-app`);
  await secret.fill(`e2e-${network}-stand-in`);
  await page.getByRole('button', { name: `Save the keys of ${LAB[network].platform}` }).click();
  await expect(page.locator(`#${network}`).getByText('Saved.', { exact: true })).toBeVisible();
}

/** On the stand-in's consent page: allows the second account. */
export async function allow(page: Page, network: Network) {
  await expect(page).toHaveURL(new RegExp(`^${SANDBOX}/`));
  await page.getByRole('radio', { name: LAB[network].consent as RegExp }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
}

/** Opens the form of a platform without a consent page, on the connections page. */
export async function openForm(page: Page, network: Network) {
  await page.goto('/connections');
  await page.locator(`#connect-${network} summary`).click();
}

/** Connects the second account of a platform whose keys are there. */
export async function connect(page: Page, network: Network) {
  const { platform, consent, handle } = LAB[network];
  if (consent) {
    await page.goto('/connections');
    await page.getByRole('link', { name: `Connect ${platform}` }).click();
    await allow(page, network);
  } else {
    await openForm(page, network);
    await page.getByLabel('Handle').fill(handle);
    await page.getByLabel('App password').fill(APP_PASSWORD);
    await page.getByRole('button', { name: `Connect this ${platform} account` }).click();
  }
  await expect(page.getByText(/ is connected\.$/)).toBeVisible();
}

/** A browser window without JavaScript: the quickest way to prepare something. */
export async function quickly<T>(
  browser: Browser,
  work: (page: Page, context: BrowserContext) => Promise<T>,
  storageState?: State,
): Promise<T> {
  const context = await browser.newContext({ baseURL: HERE, javaScriptEnabled: false, storageState });
  try {
    return await work(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

/** A new company with these accounts connected: its owner, and the browser state in which they are signed in. */
export async function newCompany(browser: Browser, networks: Network[] = [], zone?: string) {
  return quickly(browser, async (page, context) => {
    const person = await signUp(page, zone);
    for (const network of networks) {
      await enterKeys(page, network);
      await connect(page, network);
    }
    return { person, state: await context.storageState() };
  });
}

/** A `test` whose pages are signed in to a company of its own, which the tests of a file share. */
export function withCompany(networks: Network[], zone?: string) {
  return test.extend<object, { company: Awaited<ReturnType<typeof newCompany>> }>({
    company: [async ({ browser }, use) => use(await newCompany(browser, networks, zone)), { scope: 'worker' }],
    storageState: ({ company }, use) => use(company.state),
  });
}

/** Writes a post in a quick window and presses a button; answers its id. */
export async function write(
  browser: Browser,
  company: Awaited<ReturnType<typeof newCompany>>,
  post: { text: string; networks: Network[]; when?: string; press?: 'Schedule' | 'Publish now' | 'Save draft' },
) {
  return quickly(
    browser,
    async (page) => {
      await openStudio(page, '/studio', false);
      await page.getByLabel('Text for all accounts').fill(post.text);
      for (const network of post.networks) await choose(page, network);
      if (post.when) await fillWhen(page, post.when);
      await page.getByRole('button', { name: post.press ?? 'Schedule', exact: true }).click();
      // Other posts of the same minutes, or the same words again, are asked about before anything goes out.
      const anyway = page.getByRole('button', { name: 'Publish anyway' });
      if (post.press === 'Publish now' && (await anyway.count())) await anyway.click();
      const id = /[0-9a-f-]{36}/.exec(page.url())?.[0];
      expect(id, page.url()).toBeTruthy();
      return id as string;
    },
    company.state,
  );
}

/** Fills the one field for day and time on the page, or with JavaScript the two. `when`: `2026-11-20T16:45`. */
export async function fillWhen(page: Page, when: string) {
  const one = page.locator('input[type=datetime-local]');
  const day = page.getByLabel('Day', { exact: true });
  await expect(one.or(day)).toBeVisible();
  if (await day.isVisible()) {
    const [date, time] = when.split('T');
    await day.fill(date as string);
    await page.getByLabel('Time', { exact: true }).fill(time as string);
    await page.getByLabel('Time', { exact: true }).blur();
  } else {
    // The page may come to life in this moment, and put its own two fields in the place of the one.
    await one.fill(when, { timeout: 5_000 }).catch(async (error) => {
      if (!(await day.isVisible())) throw error;
      await fillWhen(page, when);
    });
  }
}

/** What stands there, in the same form. */
export async function expectWhen(page: Page, when: string) {
  const one = page.locator('input[type=datetime-local]');
  const day = page.getByLabel('Day', { exact: true });
  await expect(one.or(day)).toBeVisible();
  if (await day.isVisible()) {
    const [date, time] = when.split('T');
    const words = new Date(`${date}T12:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
    await expect(day).toHaveValue(new RegExp(` ${words.replace('Sept', 'Sep')}$`));
    await expect(page.getByLabel('Time', { exact: true })).toHaveValue(time as string);
  } else {
    await expect(one).toHaveValue(when);
  }
}

/** " 2027" when that is not this year: dates have their year only then. */
export const otherYear = (year: number) => (year === new Date().getUTCFullYear() ? '' : ` ${year}`);

/** An instant on the clock of a zone: `2026-11-20T16:45`, as inputs and `<time>` have it. */
export function local(at: Date, zone: string) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value;
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** A day of the month after this one: `2026-12-10`. */
export function nextMonth(day: number) {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, day)).toISOString().slice(0, 10);
}

/** Asks the stand-ins' control desk. */
export async function control(method: 'GET' | 'POST' | 'DELETE', address: string, body?: unknown) {
  const answer = await fetch(`${SANDBOX}/_control/${address}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  expect(answer.ok, `${method} ${address}: ${answer.status}`).toBe(true);
  return answer.json();
}

/** The posts at a stand-in whose text contains these words. */
export async function postsAt(network: Network, words: string): Promise<{ text: string }[]> {
  const { platforms } = await control('GET', 'state');
  return platforms[network].posts.filter((post: { text: string }) => post.text.includes(words));
}

/** Opens the composer and waits until it can be used: with JavaScript, until it has come to life. */
export async function openStudio(page: Page, address: string, js: boolean) {
  await page.goto(address);
  await expect(page.getByRole('heading', { level: 1, name: 'Studio' })).toBeVisible();
  if (js) await expect(page.getByRole('tab', { name: 'All' })).toBeVisible();
}

/**
 * Waits on the open page until it shows something; `shown` gets the time that it may take. With JavaScript the page follows
 * by itself; without, it is loaded again and again, as a person would. (Never with: what leaves a page in the middle of
 * starting shows errors of its own.)
 */
export async function follow(page: Page, js: boolean, timeout: number, shown: (timeout: number) => Promise<void>) {
  if (js) return shown(timeout);
  const address = new URL(page.url());
  address.searchParams.delete('notice');
  await expect(async () => {
    await page.goto(address.href);
    await shown(500);
  }).toPass({ timeout, intervals: [1_000] });
}

/** Ticks an account in the composer. */
export async function choose(page: Page, network: Network) {
  await page.getByRole('group', { name: 'Publish to' }).getByRole('checkbox', { name: LAB[network].platform }).check();
}

/** Writes another text for an account in the composer. */
export async function writeFor(page: Page, network: Network, text: string, js: boolean) {
  const { platform, handle } = LAB[network];
  if (js) {
    await page.getByRole('tab', { name: new RegExp(`^${platform} `) }).click();
    await page.getByRole('button', { name: `Write a different text for ${platform}` }).click();
  }
  await page.getByLabel(`Text for ${platform} ${handle}`).fill(text);
}
