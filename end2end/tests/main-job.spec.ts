// The whole main job of a new customer, as one story.
import { LAB, NETWORKS, PICTURES, choose, connect, enterKeys, fillWhen, follow, local, openStudio, postsAt, signUp, unique, writeFor } from '../support/app';
import { expect, test } from '../support/test';

test('sign up, connect, write, schedule, published, seen on the calendar', async ({ page, javaScriptEnabled }) => {
  test.setTimeout(240_000);
  const js = javaScriptEnabled !== false;

  await signUp(page, 'Europe/Lisbon');
  for (const network of NETWORKS) await enterKeys(page, network);
  for (const network of NETWORKS) await connect(page, network);
  for (const network of NETWORKS) await expect(page.getByRole('article', { name: LAB[network].handle })).toContainText('Ready');

  // One post, two pictures, three texts.
  const words = unique('Cupping');
  const texts = { x: `${words}: tonight at six`, linkedin: `${words}: we open the roastery`, instagram: `${words}: come and taste` };
  await openStudio(page, '/studio', js);
  await page.getByLabel('Add pictures').setInputFiles([PICTURES.cup, PICTURES.hills]);
  for (const network of NETWORKS) await choose(page, network);
  await page.getByLabel('Text for all accounts').fill(texts.linkedin);
  if (js) {
    await expect(page.getByRole('list', { name: 'Files of this post' }).locator('img')).toHaveCount(2);
    await page.getByLabel('Describe it for people who cannot see it').first().fill('A cup from above');
  } else {
    await page.getByText('Different text per account').click();
  }
  await writeFor(page, 'x', texts.x, js);
  await writeFor(page, 'instagram', texts.instagram, js);
  if (js) {
    await expect(page.getByRole('article', { name: 'Preview for Instagram' })).toContainText(texts.instagram);
  }

  // The next full minute is soon enough to wait for.
  const due = new Date(Math.ceil((Date.now() + 5_000) / 60_000) * 60_000);
  await fillWhen(page, local(due, 'Europe/Lisbon'));
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();

  // It waits for its time, and goes out when that has come.
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await expect(page.getByText(/^Scheduled for \w{3} \d{1,2} \w{3}, \d\d:\d\d\.$/)).toBeVisible();
  await expect(page.locator('main time').first()).toHaveAttribute('datetime', local(due, 'Europe/Lisbon'));
  for (const text of Object.values(texts)) await expect(page.locator('main')).toContainText(text);
  await expect(page.getByRole('list', { name: 'Pictures' }).getByRole('img')).toHaveCount(2);
  const links = page.getByRole('link', { name: /^See it on / });
  await follow(page, js, 100_000, (timeout) => expect(links).toHaveCount(3, { timeout }));
  await expect(page.locator('main').getByText('Published', { exact: true }).filter({ visible: true })).toHaveCount(4);

  // Each network got its own text, once.
  for (const network of NETWORKS) {
    const posts = await postsAt(network, words);
    expect(posts.map((post) => post.text)).toEqual([texts[network]]);
  }

  // On the calendar at the hour of the company's clock, wherever that is.
  const find = async (zone: string) => {
    const at = local(due, zone);
    await page.goto(`/calendar?view=week&day=${at.slice(0, 10)}`);
    const slot = page.locator(`[data-slot="${at.slice(0, 13)}"]`);
    await expect(slot.getByRole('link', { name: new RegExp(`^${at.slice(11)}, ${words}.*Published$`) })).toBeVisible();
  };
  await find('Europe/Lisbon');
  await page.goto('/settings/company');
  await page.getByLabel('Time zone').fill('Asia/Tokyo');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await find('Asia/Tokyo');
});
