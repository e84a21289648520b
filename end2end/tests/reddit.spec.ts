// Reddit: a post is in a subreddit, has a title, and the flairs to choose from are those of that subreddit.
import { LAB, choose, follow, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['reddit']);
const { handle } = LAB.reddit;

test('a text goes to the chosen subreddit with one of its flairs', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Which grinder do you use');
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'reddit');
  const subreddit = page.getByLabel('Subreddit');
  await expect(subreddit).toBeVisible();
  await subreddit.selectOption('r/NorthwindCoffee');
  await page.getByLabel('Title', { exact: true }).fill('Grinders');
  const flair = page.getByLabel('Flair');
  if (js) {
    await expect(flair.getByRole('option')).toHaveText(['None', 'Roast', 'Question']);
    // Another subreddit has other ones; what was chosen does not stay.
    await flair.selectOption('Question');
    await subreddit.selectOption('r/CoffeeLinks');
    await expect(flair.getByRole('option')).toHaveText(['None']);
    await subreddit.selectOption('r/NorthwindCoffee');
    await expect(flair).toHaveValue('');
    const preview = page.getByRole('article', { name: 'Preview for Reddit' });
    await expect(preview.getByText('Grinders', { exact: true })).toBeVisible();
    await expectAccessible(page);
  } else {
    // The list comes with the page after saving.
    await expect(page.getByText('Flair: choose “Subreddit” first.')).toBeVisible();
    await page.getByRole('button', { name: 'Save draft' }).click();
  }
  await flair.selectOption('Question');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  const link = page.getByRole('link', { name: /^See it on Reddit/ });
  await follow(page, js, 40_000, (timeout) => expect(link).toBeVisible({ timeout }));
  expect(await postsAt('reddit', words)).toMatchObject([{ facts: { place: 'r/NorthwindCoffee', title: 'Grinders', flair: 'Question' } }]);
  await page.goto((await link.getAttribute('href')) as string);
  await expect(page.getByText(handle).first()).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Grinders' })).toBeVisible();
});
