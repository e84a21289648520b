//! The stand-in platforms: every wire protocol that the connectors speak.
