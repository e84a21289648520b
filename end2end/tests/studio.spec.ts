// The composer: what it says while one types, and that nothing gets lost.
import { LAB, NETWORKS, PICTURES, choose, expectWhen, fillWhen, nextMonth, openStudio, otherYear, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(NETWORKS, 'Europe/Lisbon');

const RED = 'rgb(248, 113, 113)';

test('a text that is too long for X is marked, in the words of the server @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await choose(page, 'x');
  const text = page.getByLabel('Text for all accounts');
  const counter = page.getByRole('list', { name: 'Length of the text' }).getByRole('listitem');
  await text.fill('a'.repeat(280));
  await expect(counter).toContainText('280/280 characters');
  await expect(counter).not.toHaveCSS('color', RED);
  await text.press('End');
  await text.pressSequentially('b');
  await expect(counter).toContainText('281/280 characters, too many');
  await expect(counter).toHaveCSS('color', RED);
  await expect(page.getByRole('group', { name: 'Publish to' })).toContainText('1 over');
  const words = 'X allows 280 characters; this is 281. Remove 1.';
  await expect(page.getByRole('list', { name: 'What to change' })).toContainText(words);

  const answer = page.waitForResponse(/save_post/);
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  expect(await (await answer).text()).toContain(words);
  await expect(page.getByText('Not scheduled yet. Fix the problems under the text')).toBeVisible();
});

test('Instagram asks for a picture, and takes no PNG @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('Latte art');
  await choose(page, 'instagram');
  const accounts = page.getByRole('group', { name: 'Publish to' });
  const remarks = page.getByRole('list', { name: 'What to change' });
  await expect(accounts).toContainText('needs a picture');
  await expect(remarks).toContainText('Instagram needs a picture or a video.');
  await page.getByLabel('Add pictures').setInputFiles(PICTURES.png);
  await expect(accounts).toContainText('check the pictures');
  await expect(remarks).toContainText('Picture 1 is a PNG; Instagram takes JPEG only. Replace it, or save it as JPEG.');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('Not published yet. Fix the problems under the text')).toBeVisible();
  // Replaced, it fits.
  await page.getByRole('button', { name: 'Remove label.png' }).click();
  await page.getByLabel('Add pictures').setInputFiles(PICTURES.cup);
  await page.getByLabel('Describe it for people who cannot see it').fill('A cup');
  await expect(accounts.getByText('fits', { exact: true })).toHaveCount(3);
});

test('a time in the past is refused with a proposal @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('Too late');
  await choose(page, 'x');
  await fillWhen(page, '2020-01-01T10:00');
  await expect(page.getByText(/^Wed 1 Jan 2020, 10:00 is in the past: it is \d\d:\d\d in Europe\/Lisbon now\. Choose /)).toBeVisible();
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  // Said once, where it stands.
  await expect(page.getByLabel('Day', { exact: true })).toBeFocused();
  await expect(page.getByText('is in the past')).toHaveCount(1);
  await page.getByRole('button', { name: /^Use / }).click();
  await expect(page.getByText('is in the past')).toHaveCount(0);
  await expect(page.getByLabel('Day', { exact: true })).not.toHaveValue(/2020/);
});

test('a time that the clocks skip is refused with a proposal @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await fillWhen(page, '2027-03-28T01:30');
  await expect(
    page.getByText(`01:30 does not exist on Sun 28 Mar${otherYear(2027)} in Europe/Lisbon because the clocks go forward. Choose 02:30?`),
  ).toBeVisible();
  await page.getByRole('button', { name: `Use Sun 28 Mar${otherYear(2027)}, 02:30` }).click();
  await expectWhen(page, '2027-03-28T02:30');
  await expect(page.getByText('does not exist')).toHaveCount(0);
});

test('without scripts, a time that cannot be keeps the post as a draft @nojs', async ({ page }) => {
  const text = unique('Gap');
  await openStudio(page, '/studio', false);
  await page.getByLabel('Text for all accounts').fill(text);
  await choose(page, 'x');
  await fillWhen(page, '2027-03-28T01:30');
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  await expect(page.getByText('Not scheduled. Choose another time below; your post is saved as a draft.')).toBeVisible();
  await expect(page.getByText(`01:30 does not exist on Sun 28 Mar${otherYear(2027)} in Europe/Lisbon`)).toBeVisible();
  await expect(page.getByLabel('Text for all accounts')).toHaveValue(text);
  await expectWhen(page, '2027-03-28T01:30');
});

test('a draft is saved, found and opened again', async ({ page, javaScriptEnabled }) => {
  const text = unique('Draft');
  const when = `${nextMonth(12)}T09:30`;
  await openStudio(page, '/studio', javaScriptEnabled !== false);
  await page.getByLabel('Text for all accounts').fill(text);
  await choose(page, 'linkedin');
  await fillWhen(page, when);
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page).toHaveURL(/\/studio\?post=/);
  await expect(page.getByText('Saved · version 1')).toBeVisible();

  await page.goto('/posts?filter=draft');
  await page.getByRole('link', { name: text }).click();
  await expect(page.locator('main').getByText('Draft', { exact: true }).first()).toBeVisible();
  await page.getByRole('link', { name: 'Send to Studio' }).click();
  await expect(page.getByLabel('Text for all accounts')).toHaveValue(text);
  await expect(page.getByRole('checkbox', { name: LAB.linkedin.platform })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: LAB.x.platform })).not.toBeChecked();
  await expectWhen(page, when);
});

test('what is not saved is kept and offered again @js', async ({ page }) => {
  const kept = page.getByText('Not saved · a copy is kept');
  const field = page.getByLabel('Text for all accounts');
  await openStudio(page, '/studio', true);
  await field.fill('Half a thought that nobody saved');
  await choose(page, 'x');
  await expect(kept).toBeVisible();
  // The browser is closed without a question, and opened again.
  await page.goto('/calendar');
  await openStudio(page, '/studio', true);
  await expect(page.getByText('You left “Half a thought that nobody saved” unsaved')).toBeVisible();
  await expect(field).toHaveValue('');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Put it back' }).press('Enter');
  await expect(field).toHaveValue('Half a thought that nobody saved');
  await expect(page.getByRole('checkbox', { name: LAB.x.platform })).toBeChecked();
  await expect(page.getByRole('tab', { name: 'All', exact: true })).toBeFocused();
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page.getByText('Saved · version 1')).toBeVisible();
  // A change to a post that is saved, thrown away.
  await field.fill('Changed my mind');
  await expect(kept).toBeVisible();
  await page.reload();
  await expect(page.getByText('You have changes to this post')).toBeVisible();
  await page.getByRole('button', { name: 'Discard it' }).press('Enter');
  await expect(page.getByText('You have changes to this post')).toHaveCount(0);
  await page.reload();
  await expect(field).toHaveValue('Half a thought that nobody saved');
  await expect(page.getByText('You have changes to this post')).toHaveCount(0);
});

test('unsaved work is not left without a question @js', async ({ page }) => {
  // A copy that is kept would make the question superfluous: here it never arrives.
  await page.route(/\/rpc\/.*keep_unsaved/, () => {});
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('Half a thought');
  await expect(page.getByText('Not saved yet')).toBeVisible();
  const asked: string[] = [];
  let leave = false;
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    return leave ? dialog.accept() : dialog.dismiss();
  });
  const calendar = page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Calendar' });
  await calendar.click();
  await expect(page).toHaveURL(/\/studio$/);
  await expect(page.getByLabel('Text for all accounts')).toHaveValue('Half a thought');
  leave = true;
  await calendar.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Calendar' })).toBeVisible();
  expect(asked).toEqual(Array(2).fill('Leave this page? Your changes since the last save will be lost.'));
});

test('what is typed stays text', async ({ page, javaScriptEnabled }) => {
  const mark = unique('Evil');
  const text = `${mark} </textarea><script>window.hacked=1</script>`;
  const unharmed = async () => expect(await page.evaluate('window.hacked')).toBe(undefined);
  await openStudio(page, '/studio', javaScriptEnabled !== false);
  await page.getByLabel('Text for all accounts').fill(text);
  await choose(page, 'x');
  await fillWhen(page, `${nextMonth(14)}T10:00`);
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  await expect(page).toHaveURL(/\/posts\//);
  await expect(page.locator('main')).toContainText(text);
  await unharmed();
  const id = /[0-9a-f-]{36}/.exec(page.url())?.[0];
  for (const address of [`/posts/${id}`, `/posts?q=${mark}`, `/calendar?view=week&day=${nextMonth(14)}`]) {
    await page.goto(address);
    await expect(page.locator('main').getByText(mark, { exact: false }).filter({ visible: true }).first()).toContainText('<script>');
    await unharmed();
  }
  await page.goto(`/studio?post=${id}`);
  await expect(page.getByLabel('Text for all accounts')).toHaveValue(text);
  await unharmed();
});
