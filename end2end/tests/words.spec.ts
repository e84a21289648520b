// Words that are kept and tools for the text, with the keyboard: a template and a hashtag group are put into a post, an emoji is found
// by its meaning, a link gets campaign parameters and becomes short.
import { openStudio, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['bluesky']);

test('a template, hashtags, an emoji and a short link come into the text @js', async ({ page }) => {
  const offer = unique('Offer');
  // Kept on its page.
  await page.goto('/snippets?new=template');
  await page.getByLabel('Name', { exact: true }).fill(offer);
  await page.getByLabel('The text', { exact: true }).fill('Now {{product}} for {{price}}.');
  await page.getByRole('button', { name: 'Save the snippet' }).click();
  await expect(page.getByText('The snippet is saved.')).toBeVisible();
  await expectAccessible(page);

  await openStudio(page, '/studio', true);
  const text = page.getByLabel('Text for all accounts');
  await text.fill('Good morning! ');
  // By the keyboard alone: search, choose, fill in, insert.
  await page.getByRole('button', { name: 'Insert', exact: true }).press('Enter');
  await page.getByRole('searchbox', { name: 'Search your snippets' }).fill(offer);
  await expect(page.getByRole('region', { name: 'Insert a snippet' }).getByRole('button', { name: new RegExp(offer) })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search your snippets' }).press('Enter');
  await page.getByLabel('product', { exact: true }).fill('coffee');
  await page.getByLabel('price', { exact: true }).fill('4 €');
  await page.getByLabel('price', { exact: true }).press('Enter');
  await expect(text).toHaveValue('Good morning! Now coffee for 4 €.');
  await expect(text).toBeFocused();

  // What fits the words of the text is offered first.
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await page.getByRole('button', { name: 'hot beverage' }).click();
  await expect(text).toHaveValue('Good morning! Now coffee for 4 €. ☕');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();

  await page.getByRole('button', { name: 'Link', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Link', exact: true });
  await panel.getByLabel('Link to your page').fill('https://shop.example/beans#top');
  await panel.getByLabel('Campaign', { exact: true }).fill('Spring sale');
  await expect(panel.getByText('https://shop.example/beans?utm_source=social&utm_medium=social&utm_campaign=Spring%20sale#top')).toBeVisible();
  await panel.getByLabel('Short link').check();
  await panel.getByRole('button', { name: 'Put it into the text' }).click();
  await expect(text).toHaveValue(/ ☕ http\S+\/s\/\w{7}$/);
  await expectAccessible(page);
  const short = /\S+$/.exec(await text.inputValue())?.[0] as string;
  const answer = await fetch(short, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.example/beans?utm_source=social&utm_medium=social&utm_campaign=Spring%20sale#top']);

  // What is chosen in the text is kept.
  await text.fill('#coffee #beans');
  await page.getByRole('button', { name: 'Save as snippet' }).click();
  await page.getByLabel('Name of the snippet').fill('Our tags');
  await page.getByRole('button', { name: 'Save the snippet' }).click();
  await expect(page.getByText(/^Saved\./)).toBeVisible();
  await text.fill('');
  await page.getByRole('button', { name: 'Hashtags', exact: true }).click();
  await page.getByRole('region', { name: 'Hashtags' }).getByRole('button', { name: /Our tags/ }).click();
  await expect(text).toHaveValue('#coffee #beans');
});

test('mistakes of spelling and grammar are marked, and one press mends each @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  const text = page.getByLabel('Text for all accounts');
  await text.focus();
  await page.keyboard.type('Our new beans arive on Friday, and we bring an pastry to Northwynd.');
  await expect(page.locator('[data-mark]')).toHaveText(['arive', 'an']);
  const suggestions = page.getByRole('list', { name: 'Suggestions' });
  await suggestions.getByRole('button', { name: 'arrive: suggestion for “arive”' }).press('Enter');
  await suggestions.getByRole('button', { name: 'a: suggestion for “an”' }).press('Enter');
  await expect(text).toHaveValue('Our new beans arrive on Friday, and we bring a pastry to Northwynd.');
  await expect(page.locator('[data-mark]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(text).toHaveValue('Our new beans arrive on Friday, and we bring an pastry to Northwynd.');
  await expect(page.locator('[data-mark]')).toHaveText(['an']);
  await expectAccessible(page);
  await text.fill('');
});
