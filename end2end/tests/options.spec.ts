// What only one platform has for a post: drawn from its schema, kept with the post, with and without JavaScript.
import { LAB, choose, openStudio, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x', 'linkedin']);
const summary = `Options for ${LAB.x.handle}`;

test('an option is chosen, kept and shown again', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Only those we mention');
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'x');
  await page.getByText(summary).click();
  const who = page.getByLabel('Who can reply');
  await expect(who).toHaveValue('everybody');
  await who.selectOption('People the post mentions');
  if (js) await expectAccessible(page);
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page).toHaveURL(/\/studio\?post=/);
  await page.goto(page.url().replace(/&notice=\w+/, ''));
  await expect(page.getByLabel('Text for all accounts')).toHaveValue(words);
  await page.getByText(summary).click();
  await expect(page.getByLabel('Who can reply')).toHaveValue('mentioned');
  const said = 'Who can reply: People the post mentions';
  await expect(page.getByRole('article', { name: 'Preview for X' }).getByText(said)).toBeVisible();
  // LinkedIn has options of its own; this one is not among them.
  await expect(page.getByText(`Options for ${LAB.linkedin.handle}`)).toHaveCount(1);
  await expect(page.getByLabel('Who can reply')).toHaveCount(1);
  await page.goto(`/posts/${new URL(page.url()).searchParams.get('post')}`);
  await expect(page.getByText(said)).toBeVisible();
});

test('an option that was chosen before the page came to life stays @js', async ({ page }) => {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  await page.route(/\/pkg\/.*\.wasm$/, async (route) => {
    await begun;
    await route.continue();
  });
  await page.goto('/studio', { waitUntil: 'domcontentloaded' });
  await page.getByLabel('Text for all accounts').fill(unique('Early'));
  await choose(page, 'x');
  await page.getByText(summary).click();
  await page.getByLabel('Who can reply').selectOption('following');
  begin();
  await expect(page.getByRole('tab', { name: 'All' })).toBeVisible();
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page.getByText('Saved · version 1')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('tab', { name: 'All' })).toBeVisible();
  await page.getByText(summary).click();
  await expect(page.getByLabel('Who can reply')).toHaveValue('following');
  await expect(page.getByText('Not saved yet')).toHaveCount(0);
});
