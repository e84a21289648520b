// The address of the company's own LUX, and a user name with its password from Settings, Zapier.
'use strict';

/** The server's address without a slash at its end. */
const address = (bundle) => String(bundle.authData.server || '').trim().replace(/\/+$/, '');

const test = async (z, bundle) => (await z.request({ url: `${address(bundle)}/api/zapier/me` })).data;

module.exports = {
  address,
  authentication: {
    type: 'basic',
    fields: [
      {
        key: 'server',
        label: 'Address of your LUX',
        type: 'string',
        required: true,
        placeholder: 'https://lux.example.com',
        helpText: 'As you open it in your browser, with https.',
      },
      {
        key: 'username',
        label: 'User name',
        type: 'string',
        required: true,
        helpText: 'In LUX under Settings, Zapier: make a password and copy the user name.',
      },
      {
        key: 'password',
        label: 'Password',
        type: 'password',
        required: true,
        helpText: 'It was shown once when it was made.',
      },
    ],
    test,
    connectionLabel: '{{company}}',
  },
};
