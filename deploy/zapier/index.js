// The Zapier app of LUX Marketing. `make test` holds it against zapier-platform-schema (check.js); README.md says how to put it
// online.
'use strict';

const { version } = require('./package.json');
const { authentication } = require('./authentication');
const contactCaptured = require('./triggers/contact_captured');
const postPublished = require('./triggers/post_published');
const postNeedsYou = require('./triggers/post_needs_you');
const contact = require('./creates/contact');

module.exports = {
  version,
  platformVersion: require('./package.json').dependencies['zapier-platform-core'],
  authentication,
  triggers: {
    [contactCaptured.key]: contactCaptured,
    [postPublished.key]: postPublished,
    [postNeedsYou.key]: postNeedsYou,
  },
  creates: { [contact.key]: contact },
};
