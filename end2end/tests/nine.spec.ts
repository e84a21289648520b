// All nine networks in one company: connected, two posts that go to each in the format that is right there, what a person sees
// of them, and one of them deleted. (What is special to a network is in its own spec.)
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { LAB, PICTURES, SANDBOX, choose, openStudio, postsAt, unique, withCompany } from '../support/app';
import type { Network } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const WITH_VIDEO = ['x', 'instagram', 'facebook', 'tiktok', 'youtube'] as const satisfies Network[];
const WITH_PICTURE = ['linkedin', 'pinterest', 'reddit'] as const satisfies Network[];
const test = withCompany([...WITH_VIDEO, ...WITH_PICTURE]);

/** Ten seconds that say of themselves to have 640 × 1136 pixels, which every network takes. */
function film(file: string) {
  const bytes = readFileSync(path.join(import.meta.dirname, '../fixtures/ten_seconds.mp4'));
  for (const [from, to] of [['0140000002380000', '0280000004700000'], ['0140023800480000', '0280047000480000']] as const) {
    const at = bytes.indexOf(Buffer.from(from, 'hex'));
    expect(at).toBeGreaterThan(0);
    Buffer.from(to, 'hex').copy(bytes, at);
  }
  writeFileSync(file, bytes);
  return file;
}

/** Nothing is wider than the page at any of three widths. */
async function looked(page: Page, name: string) {
  for (const [width, height] of [[360, 740], [768, 1024], [1440, 900]] as const) {
    await page.setViewportSize({ width, height });
    if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/nine-${name}-${width}.png`, fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${name} ${width}`).toBeLessThanOrEqual(0);
  }
}

/** The options of the account that has a field of this name: several accounts have the same handle. */
const options = (page: Page, field: string) => page.locator('details').filter({ has: page.getByLabel(field, { exact: true }) });

/** The post at the stand-in, as a person sees it: its words, and what it shows. */
async function seen(page: Page, network: Network, words: string, shows: 'img' | 'video') {
  const [post] = (await postsAt(network, words)) as unknown as { id: string }[];
  expect(post, network).toBeTruthy();
  await page.goto(`${SANDBOX}/${network}/posts/${encodeURIComponent(post.id)}`);
  await expect(page.getByText(words).first(), network).toBeVisible();
  await expect(page.locator(`article ${shows}`).first(), network).toBeVisible();
}

test('nine networks are connected, posted to, looked at, and a post is deleted there @js', async ({ page }, info) => {
  test.slow();
  // Eight have an account by now; to the ninth people post themselves.
  await page.goto('/connections');
  await page.locator('#connect-snapchat summary').click();
  await page.getByLabel('User name').fill('northwind.coffee');
  await page.getByRole('button', { name: 'Connect this Snapchat account' }).click();
  await expect(page.getByText('@northwind.coffee is connected.')).toBeVisible();
  await expect(page.getByRole('main').getByRole('article')).toHaveCount(9);
  await looked(page, 'connections');

  // A video: a reel, a Short, a story, and a video everywhere else.
  const video = unique('How we roast');
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(video);
  for (const network of WITH_VIDEO) await choose(page, network);
  await page.getByRole('group', { name: 'Publish to' }).getByRole('checkbox', { name: 'Snapchat' }).check();
  await page.getByLabel('Add pictures or a video').setInputFiles([film(info.outputPath('roast.mp4'))]);
  await expect(page.getByRole('list', { name: 'Files of this post' })).toContainText('640 × 1136 pixels', { timeout: 20_000 });
  // Facebook's account has the same name, and no carousels.
  const instagram = page.locator('details', { hasText: `Options for ${LAB.instagram.handle}`, has: page.locator('option[value=carousel]') });
  await instagram.locator('summary').click();
  await instagram.getByLabel('Format').selectOption('Reel');
  await page.getByLabel('Who can see this').selectOption('Followers');
  await expect(page.getByRole('list', { name: 'Options' }).getByText('Who can see this: Followers')).toBeVisible();
  await options(page, 'Made for kids').getByLabel('Format').selectOption('Short');
  await page.getByLabel('Video title').fill('The roaster at work');
  await page.getByLabel('Made for kids').selectOption('No, it is not made for kids');
  await expectAccessible(page);
  await looked(page, 'studio');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  const post = page.url();

  // A picture: a pin on a board, a post in a subreddit.
  const picture = unique('Fresh beans');
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(picture);
  for (const network of WITH_PICTURE) await choose(page, network);
  await page.getByLabel('Add pictures').setInputFiles([PICTURES.cup]);
  await page.getByLabel('Board', { exact: true }).selectOption('Behind the roastery');
  await options(page, 'Board').getByLabel('Title', { exact: true }).fill('This week');
  await page.getByLabel('Subreddit').selectOption('r/NorthwindCoffee');
  await options(page, 'Subreddit').getByLabel('Title', { exact: true }).fill('Our beans of this week');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  for (const network of WITH_PICTURE) {
    await expect(page.getByRole('link', { name: new RegExp(`^See it on ${LAB[network].platform}`) })).toBeVisible({ timeout: 40_000 });
  }

  // The video went out meanwhile, and what a person has to post waits for them.
  await page.goto(post);
  const main = page.locator('main');
  for (const network of WITH_VIDEO) {
    const card = main.getByRole('link', { name: new RegExp(`^See it on ${LAB[network].platform}`) });
    await expect(card, network).toBeVisible({ timeout: 40_000 });
  }
  await expect(page.getByRole('region', { name: 'What to post on Snapchat' })).toBeVisible();
  await page.locator('summary', { hasText: 'Mark as posted' }).click();
  await page.getByRole('button', { name: 'It is posted' }).click();
  await expect(page.getByText('Marked as posted for @northwind.coffee.').first()).toBeVisible();
  await looked(page, 'post');

  for (const network of WITH_VIDEO) await seen(page, network, video, 'video');
  for (const network of WITH_PICTURE) await seen(page, network, picture, 'img');
  expect(await postsAt('youtube', video)).toMatchObject([{ facts: { title: 'The roaster at work' } }]);
  expect(await postsAt('pinterest', picture)).toMatchObject([{ facts: { title: 'This week' } }]);
  expect(await postsAt('reddit', picture)).toMatchObject([{ facts: { place: 'r/NorthwindCoffee' } }]);

  await page.goto(post);
  await page.getByText('Delete on Facebook', { exact: true }).click();
  await page.getByRole('button', { name: /^Delete it for good/ }).click();
  await expect(page.getByText(/^Deleted on Facebook on /)).toBeVisible({ timeout: 20_000 });
  expect(((await postsAt('facebook', video)) as unknown as { deleted_at?: string }[]).filter((one) => !one.deleted_at)).toEqual([]);
});
