// Pinterest: a pin is on a board, has a picture, and leads somewhere.
import { LAB, PICTURES, choose, follow, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['pinterest']);
const { handle } = LAB.pinterest;

test('a pin goes to the board that was chosen, with its title and where it leads', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Fresh beans');
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'pinterest');
  // What has to be chosen stands open.
  const board = page.getByLabel('Board');
  await expect(board).toBeVisible();
  await board.selectOption('Behind the roastery');
  await page.getByLabel('Title', { exact: true }).fill('This week');
  await page.getByLabel(/^Link card/).fill('https://northwind.example/shop');
  await page.getByLabel('Add pictures').setInputFiles([PICTURES.cup]);
  if (js) {
    await expect(page.getByRole('article', { name: 'Preview for Pinterest' }).getByRole('img')).toBeVisible();
    await expectAccessible(page);
  }
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  const link = page.getByRole('link', { name: /^See it on Pinterest/ });
  await follow(page, js, 40_000, (timeout) => expect(link).toBeVisible({ timeout }));
  const board1 = `${LAB.pinterest.id}1`;
  expect(await postsAt('pinterest', words)).toMatchObject([
    { link: 'https://northwind.example/shop', facts: { board_id: board1, title: 'This week' } },
  ]);
});

test('without board or picture the pin says what is missing @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(unique('Where to'));
  await choose(page, 'pinterest');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('Choose “Board” first.').first()).toBeVisible();
  await expect(page.getByText('Pinterest needs a picture or a video.').first()).toBeVisible();
  await expect(page.getByText(handle).first()).toBeVisible();
});
