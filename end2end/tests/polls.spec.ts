// A poll: a format of its own, which asks for its answers.
import { LAB, choose, follow, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x']);

test('a poll asks for two answers and goes out with them', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Which roast');
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'x');
  await page.getByText(`Options for ${LAB.x.handle}`).click();
  await page.getByLabel('Format').selectOption('Poll');
  await page.getByLabel('Answer 1').fill('Light');
  if (js) {
    await expect(page.getByRole('article', { name: 'Preview for X' }).getByRole('list', { name: 'Answers' })).toContainText('Light');
    await page.getByRole('button', { name: 'Publish now' }).click();
    await expect(page.getByText('Write “Answer 2” first.').first()).toBeVisible();
    await expectAccessible(page);
  }
  await page.getByLabel('Answer 2').fill('Dark');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  const link = page.getByRole('link', { name: /^See it on X/ });
  await follow(page, js, 40_000, (timeout) => expect(link).toBeVisible({ timeout }));
  expect(await postsAt('x', words)).toMatchObject([
    { facts: { poll: { options: ['Light', 'Dark'], duration_minutes: 1440 } } },
  ]);
});
