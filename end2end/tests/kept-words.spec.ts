// The library of kept words: several are moved into a folder and tagged at once, taken back, found by their words in spite of a typing
// error, and one is put into a reply to a comment, with and without JavaScript.
import { SANDBOX, follow, postsAt, unique, withCompany, write } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['facebook']);

test('texts are kept, ordered, found and used in a reply', async ({ page, browser, company, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Roastery tour');
  const post = `/posts/${await write(browser, company, { text: words, networks: ['facebook'], press: 'Publish now' })}`;
  await page.goto(post);

  // One begins with the text of the post, one is a saved reply.
  await page.getByRole('link', { name: 'Save the text as a snippet' }).click();
  await expect(page.getByLabel('The text', { exact: true })).toHaveValue(words);
  await page.getByRole('button', { name: 'Save the snippet' }).click();
  await expect(page.getByText('The snippet is saved.')).toBeVisible();
  const thanks = unique('Thank them');
  await page.goto('/snippets?new=reply');
  await page.getByLabel('Name', { exact: true }).fill(thanks);
  await page.getByLabel('The text', { exact: true }).fill('Hi {{name}}, thank you!');
  await page.getByRole('button', { name: 'Save the snippet' }).click();
  await expect(page.getByText('The snippet is saved.')).toBeVisible();

  // Both into a folder, and back; then a tag, by which the list is narrowed.
  await page.goto('/snippets');
  const tick = async () => {
    for (const name of [words, thanks]) await page.getByRole('checkbox', { name: `Choose “${name}”` }).check();
  };
  await tick();
  await page.getByLabel(/^Folder for those that are chosen/).fill('Tours');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(page.getByText('2 snippets moved to “Tours”.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'In Tours' })).toHaveCount(2);
  if (js) await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Taken back.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'In Tours' })).toHaveCount(0);
  await tick();
  await page.getByLabel('Tag for those that are chosen').fill('spring');
  await page.getByRole('button', { name: 'Add the tag' }).click();
  await expect(page.getByText('2 snippets tagged “spring”.')).toBeVisible();
  await page.getByRole('link', { name: '#spring' }).first().click();
  await expect(page).toHaveURL(/tag=spring/);

  // Found by the stem of a word, and in spite of an error.
  const found = page.getByRole('list', { name: 'Snippets' }).getByRole('listitem');
  for (const [search, says] of [['tours roastery', false], ['raostery', true]] as const) {
    await page.getByRole('searchbox').fill(search);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect(found).toHaveCount(1);
    await expect(found).toContainText(words);
    await expect(page.getByText('These have nearly the same.')).toHaveCount(says ? 1 : 0);
  }
  await page.getByRole('link', { name: 'Documents of agents' }).click();
  await expect(page.getByText('Nothing matches', { exact: true })).toBeVisible();

  // A visitor comments; the saved reply is put in with the name.
  await page.goto(post);
  await follow(page, js, 40_000, (timeout) => expect(page.getByRole('link', { name: /^See it on Facebook/ })).toBeVisible({ timeout }));
  const [there] = (await postsAt('facebook', words)) as unknown as { id: string }[];
  const visitor = await (await browser.newContext()).newPage();
  await visitor.goto(`${SANDBOX}/facebook/posts/${there.id}`);
  await visitor.getByLabel('Your name').fill('Ada');
  await visitor.getByLabel('Your comment').fill('When is the next one?');
  await visitor.getByRole('button', { name: 'Comment' }).click();
  await page.getByRole('link', { name: 'Comments under this post' }).click();
  await page.getByRole('button', { name: 'Look for new ones' }).click();
  const comment = page.getByRole('listitem').filter({ hasText: 'When is the next one?' }).first();
  await follow(page, js, 30_000, (timeout) => expect(comment).toBeVisible({ timeout }));
  await comment.getByText('Reply', { exact: true }).click();
  if (js) {
    await comment.getByRole('button', { name: 'Saved replies' }).click();
    await page.getByRole('searchbox', { name: 'Search your snippets' }).fill(thanks);
    await page.getByRole('button', { name: new RegExp(thanks) }).click();
  } else {
    await comment.getByRole('link', { name: 'Choose a saved reply' }).click();
    await comment.getByLabel('Saved reply').selectOption(thanks);
    await comment.getByRole('button', { name: 'Put it in' }).click();
  }
  await expect(page.getByLabel('Reply to Ada')).toHaveValue('Hi Ada, thank you!');
  if (js) await expectAccessible(page);
  await page.getByRole('button', { name: 'Send reply' }).click();
  await follow(page, js, 30_000, (timeout) => expect(comment.getByText('Hi Ada, thank you!')).toBeVisible({ timeout }));
});
