// TikTok: a person chooses who can see it, and a video goes there in parts.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SANDBOX, choose, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['tiktok']);

/** The short video with larger sides in its index: TikTok takes no side of 320 pixels. */
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

test('a video goes to those who were chosen, with its labels @js', async ({ page }, info) => {
  const words = unique('Roasting');
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'tiktok');
  await page.getByLabel('Add pictures or a video').setInputFiles([film(info.outputPath('roast.mp4'))]);
  await expect(page.getByRole('list', { name: 'Files of this post' })).toContainText('640 × 1136 pixels');
  // Nothing is chosen for a person.
  const audience = page.getByLabel('Who can see this');
  await expect(audience).toHaveValue('');
  for (const off of ['Allow comments', 'Allow duets', 'Allow stitches']) {
    await expect(page.getByLabel(off)).not.toBeChecked();
  }
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('Choose “Who can see this” first.').first()).toBeVisible();
  await audience.selectOption('Only me');
  await page.getByLabel(/^It is branded content/).check();
  await expect(page.getByText('TikTok does not show branded content to “Only me”').first()).toBeVisible();
  await audience.selectOption('Followers');
  await page.getByLabel('Allow comments').check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await expect(page.locator('main').getByText('Published', { exact: true }).first()).toBeVisible({ timeout: 40_000 });
  expect(await postsAt('tiktok', words)).toMatchObject([
    { facts: { privacy_level: 'FOLLOWER_OF_CREATOR', disable_comment: false, disable_duet: true, brand_content_toggle: true } },
  ]);
  await page.goto(`${SANDBOX}/tiktok`);
  const shown = page.locator('article', { hasText: words });
  await expect(shown.locator('video')).toBeVisible();
  await expect(shown).toContainText('Paid partnership');
  await expect(shown).toContainText('Seen by followers');
});
