//! A private Postgres in the data folder, when no DATABASE_URL is given.
