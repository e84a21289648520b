// YouTube: a video with its title and what the law asks, from the composer to the channel.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HERE, PICTURES, SANDBOX, choose, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['youtube']);
const CLIP = path.join(import.meta.dirname, '../../src/tests/files/clip.mp4');

test('a video goes out when its title is written and the question about kids is answered @js', async ({ page }) => {
  const words = unique('How we roast');
  const picture = { name: 'cup.jpg', mimeType: 'image/jpeg', buffer: readFileSync(PICTURES.cup) };
  expect((await page.request.post(`${HERE}/api/v1/media`, { multipart: { files: picture } })).status()).toBe(200);
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'youtube');
  await page.getByLabel('Add pictures or a video').setInputFiles(CLIP);
  await expect(page.getByRole('list', { name: 'Files of this post' })).toContainText('Video, 0:03', { timeout: 20_000 });
  // Nothing is chosen for a person here.
  const kids = page.getByLabel('Made for kids');
  await expect(kids).toHaveValue('');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('Write “Video title” first.').first()).toBeVisible();
  await expect(page.getByText('Choose “Made for kids” first.').first()).toBeVisible();
  await page.getByLabel('Video title').fill('The roaster at work');
  await kids.selectOption('No, it is not made for kids');
  await page.getByLabel('Category').selectOption('Education');
  await page.getByLabel('Who can see it').selectOption('Everyone with the link (unlisted)');
  const thumbnail = page.getByLabel('Thumbnail');
  await thumbnail.selectOption(await thumbnail.locator('option', { hasText: 'cup.jpg' }).getAttribute('value'));
  if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/thumbnail.png`, fullPage: true });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await expect(page.getByRole('link', { name: /^See it on YouTube/ })).toBeVisible({ timeout: 40_000 });
  // This channel has confirmed no phone number: the video is out, and the page says what it lacks.
  await expect(page.getByText('Published, but without its thumbnail')).toContainText('youtube.com/verify');
  expect(await postsAt('youtube', words)).toMatchObject([
    { facts: { title: 'The roaster at work', category: '27', privacy: 'unlisted', made_for_kids: false } },
  ]);
  await page.goto(`${SANDBOX}/youtube`);
  const shown = page.getByRole('article').filter({ hasText: words });
  await expect(shown.getByRole('heading', { name: 'The roaster at work' })).toBeVisible();
  await expect(shown.locator('video')).toBeVisible();
});
